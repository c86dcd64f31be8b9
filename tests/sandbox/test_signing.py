from __future__ import annotations

from bot.sandbox.aliexpress.signing import push_signature, request_signature


def test_names_are_sorted_by_bytes_and_the_sign_itself_is_left_out() -> None:
    one = request_signature("s", {"b": "1", "B": "2", "_": "3", "sign": "x"})
    other = request_signature("s", {"_": "3", "B": "2", "b": "1"})
    assert one == other


def test_a_push_is_signed_over_the_key_and_the_raw_body() -> None:
    assert push_signature("1", "secret", b'{"a": 1}') != push_signature("1", "secret", b'{"a":1}')
    assert len(push_signature("1", "secret", b"")) == 64
