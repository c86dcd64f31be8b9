"""Whatever a chat's language is called, AliExpress is asked for one it has."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sources.aliexpress.languages import OFFICIAL, official


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("en", "en_US"), ("en_GB", "en_GB"), ("en-AU", "en_US"), ("ru", "ru_RU"), ("ru_UA", "ru_RU"),
        ("uk", "uk_UA"), ("pt", "pt_PT"), ("pt_BR", "pt_BR"), ("pt-br", "pt_BR"), ("he", "iw_IL"),
        ("he_IL", "iw_IL"), ("iw_IL", "iw_IL"), ("id", "in_ID"), ("id_ID", "in_ID"), ("in", "in_ID"),
        ("zh", "zh_CN"), ("zh_CN", "zh_CN"), ("zh_TW", "zh_TW"), ("zh-hans", "zh_CN"),
        ("zh-Hant-HK", "zh_TW"), ("zh_HK", "zh_TW"), ("ar", "ar_SA"), ("ar_EG", "ar_EG"),
        ("ar_MA", "ar_SA"), ("es", "es_ES"),
        ("es_MX", "es_MX"), ("es-419", "es_MX"), ("es_AR", "es_MX"), ("hi", "hi_IN"), ("ko", "ko_KR"),
        ("ja", "ja_JP"), ("tr", "tr_TR"), ("vi", "vi_VN"), ("th", "th_TH"), ("pl", "pl_PL"), ("nl", "nl_NL"),
        ("de", "de_DE"), ("de_AT", "de_DE"), ("fr", "fr_FR"), ("fr_CA", "fr_FR"), ("it", "it_IT"),
        ("uz", "en_US"), ("fa", "en_US"), ("", "en_US"), ("_", "en_US"), ("xx_YY", "en_US"),
    ],
)  # fmt: skip
def test_a_language_has_its_official_name(ours: str, theirs: str) -> None:
    assert official(ours) == theirs


@given(st.text(max_size=20))
def test_only_official_names_are_ever_asked_for(code: str) -> None:
    assert official(code) in OFFICIAL


@pytest.mark.parametrize("name", sorted(OFFICIAL - {"he_IL", "id_ID"}))
def test_an_official_name_stays_as_it_is(name: str) -> None:
    assert official(name) == name
