from __future__ import annotations

from bot.sandbox.aliexpress.signing import push_signature, request_signature


def test_the_official_business_vector() -> None:
    parameters = {
        "method": "aliexpress.logistics.redefining.getonlinelogisticsinfo",
        "app_key": "123456",
        "access_token": "test",
        "timestamp": "1517820392000",
        "sign_method": "sha256",
        "aliexpress_category_id": "200135143",
    }
    wanted = "F7F7926B67316C9D1E8E15F7E66940ED3059B1638C497D77973F30046EFB5BBB"
    assert request_signature("helloworld", parameters) == wanted


def test_the_official_system_vector() -> None:
    parameters = {
        "app_key": "12345678",
        "code": "3_500102_JxZ05Ux3cnnSSUm6dCxYg6Q26",
        "sign_method": "sha256",
        "timestamp": "1517820392000",
    }
    wanted = "35607762342831B6A417A0DED84B79C05FEFBF116969C48AD6DC00279A9F4D81"
    assert request_signature("helloworld", parameters, "/auth/token/create") == wanted


def test_names_are_sorted_by_bytes_and_the_sign_itself_is_left_out() -> None:
    one = request_signature("s", {"b": "1", "B": "2", "_": "3", "sign": "x"})
    other = request_signature("s", {"_": "3", "B": "2", "b": "1"})
    assert one == other


def test_a_push_is_signed_over_the_key_and_the_raw_body() -> None:
    assert push_signature("1", "secret", b'{"a": 1}') != push_signature("1", "secret", b'{"a":1}')
    assert len(push_signature("1", "secret", b"")) == 64
