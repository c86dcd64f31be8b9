"""The gateway accepts what we sign."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox.aliexpress.signing import request_signature
from bot.sources.aliexpress.signing import Signer
from tests.sources.aliexpress.world import official_sign


@pytest.mark.parametrize(
    "sign", [lambda *call: Signer("helloworld").sign(*call), partial(request_signature, "helloworld")]
)
@pytest.mark.parametrize(
    ("params", "path", "wanted"),
    [
        (
            {
                "app_key": "123456",
                "timestamp": "1517820392000",
                "sign_method": "sha256",
                "access_token": "test",
                "method": "aliexpress.logistics.redefining.getonlinelogisticsinfo",
                "aliexpress_category_id": "200135143",
            },
            "",
            "F7F7926B67316C9D1E8E15F7E66940ED3059B1638C497D77973F30046EFB5BBB",
        ),
        (
            {
                "app_key": "12345678",
                "code": "3_500102_JxZ05Ux3cnnSSUm6dCxYg6Q26",
                "sign_method": "sha256",
                "timestamp": "1517820392000",
            },
            "/auth/token/create",
            "35607762342831B6A417A0DED84B79C05FEFBF116969C48AD6DC00279A9F4D81",
        ),
    ],
)
def test_the_product_and_the_sandbox_sign_the_official_examples(
    sign: Callable[..., str], params: dict[str, str], path: str, wanted: str
) -> None:
    assert sign(params, path) == wanted


def test_a_sign_among_the_parameters_is_not_signed() -> None:
    signer = Signer("helloworld")
    assert signer.sign({"a": "1", "sign": "X"}) == signer.sign({"a": "1"})


def test_sorts_by_bytes_not_by_a_locale() -> None:
    # Bytes: "B" < "_" < "a"; a locale's order has underscores first and ignores case.
    params = {"a_b": "1", "aB": "2", "ab": "3", "B": "4"}
    assert Signer("k").sign(params) == Signer("k").sign(dict(reversed(params.items())))
    assert Signer("k").sign(params) == official_sign(params, secret="k")


names = st.text(st.characters(codec="utf-8"), min_size=1, max_size=8).filter(lambda name: name != "sign")


@given(st.dictionaries(names, st.text(st.characters(codec="utf-8"), max_size=20)))
def test_signs_as_the_rule_says_whatever_the_values(params: dict[str, str]) -> None:
    assert Signer("secret").sign(params, "/x/y") == official_sign(params, "/x/y", "secret")
