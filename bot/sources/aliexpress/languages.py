"""Maps language codes to AliExpress's own list."""

from __future__ import annotations

import functools

CANONICAL = "en_US"

# The platform's appendix "Language Code". It lists Hebrew and Indonesian twice; AliExpress's own sites use
# the old Java spellings, so those are sent.
OFFICIAL = frozenset(
    {
        "ar_EG", "ar_SA", "de_DE", "en_GB", "en_US", "es_ES", "es_MX", "fr_FR", "he_IL", "hi_IN", "id_ID",
        "in_ID", "it_IT", "iw_IL", "ja_JP", "ko_KR", "nl_NL", "pl_PL", "pt_BR", "pt_PT", "ru_RU", "th_TH",
        "tr_TR", "uk_UA", "vi_VN", "zh_CN", "zh_TW",
    }
)  # fmt: skip
_OLD = {"he_IL": "iw_IL", "id_ID": "in_ID"}
_DEFAULT = {
    "ar": "ar_SA", "de": "de_DE", "en": "en_US", "es": "es_ES", "fr": "fr_FR", "he": "iw_IL", "hi": "hi_IN",
    "id": "in_ID", "in": "in_ID", "it": "it_IT", "iw": "iw_IL", "ja": "ja_JP", "ko": "ko_KR", "nl": "nl_NL",
    "pl": "pl_PL", "pt": "pt_PT", "ru": "ru_RU", "th": "th_TH", "tr": "tr_TR", "uk": "uk_UA", "vi": "vi_VN",
    "zh": "zh_CN",
}  # fmt: skip
_SCRIPTS = {"hans": "CN", "hant": "TW"}
# Latin America gets Mexico's Spanish instead of Spain's; Hong Kong and Macau get Taiwan's script.
_REGIONS = {("zh", "HK"): "TW", ("zh", "MO"): "TW"} | {
    ("es", region): "MX"
    for region in (
        "419", "AR", "BO", "CL", "CO", "CR", "CU", "DO", "EC", "GT", "HN", "NI", "PA", "PE", "PR", "PY", "SV",
        "US", "UY", "VE",
    )
}  # fmt: skip


@functools.lru_cache(maxsize=1024)
def official(code: str) -> str:
    """Return the `xx_YY` to request for any spelling of a language code; English if none fits.

    Accepts `ru`, `pt-br`, `zh-Hant-HK`, `he_IL`; a region counts if the platform has it.
    """
    language, *rest = code.strip().replace("-", "_").lower().split("_")
    for part in rest:
        region = _SCRIPTS.get(part, part.upper())
        region = _REGIONS.get((language, region), region)
        if (found := f"{language}_{region}") in OFFICIAL:
            return _OLD.get(found, found)
    return _DEFAULT.get(language, CANONICAL)
