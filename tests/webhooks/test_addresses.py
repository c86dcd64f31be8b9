"""Which addresses events may go to."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.addresses import BadUrl, checked_url, host_of, is_public

# IANA's registries of special-purpose addresses, RFC 6890 and those that followed.
NOT_PUBLIC = [
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.1",
    "10.255.255.255",
    "100.64.0.1",
    "100.127.255.254",
    "127.0.0.1",
    "127.8.8.8",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.8",
    "192.0.2.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.19.255.255",
    "198.51.100.7",
    "203.0.113.9",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "::ffff:0:7f00:1",
    "::127.0.0.1",
    "64:ff9b::10.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:db8::1",
    "2001:10::1",
    "2001:20::1",
    "2002:7f00:1::",
    "2002:a00:1::1",
    "2002:a9fe:a9fe::",
    "fc00::1",
    "fd12:3456:789a::1",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
    "3fff::1",
    "5f00::1",
    "4000::1",
]
PUBLIC = [
    "1.1.1.1",
    "8.8.8.8",
    "93.184.215.14",
    "100.63.255.255",
    "100.128.0.1",
    "172.15.0.1",
    "172.32.0.1",
    "192.167.1.1",
    "2606:4700:4700::1111",
    "2a00:1450:4001:80b::200e",
    "::ffff:8.8.8.8",
    "64:ff9b::8.8.8.8",
    "2002:808:808::1",
]


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_addresses_inside_some_network_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_addresses_on_the_internet_are_public(address: str) -> None:
    assert is_public(address)


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_is_as_public_in_every_ipv6_dress(address: ipaddress.IPv4Address) -> None:
    mapped = ipaddress.IPv6Address(0xFFFF << 32 | int(address))
    translated = ipaddress.IPv6Address(int(ipaddress.IPv6Address("64:ff9b::")) | int(address))
    sixtofour = ipaddress.IPv6Address(0x2002 << 112 | int(address) << 80 | 1)
    assert len({is_public(str(one)) for one in (address, mapped, translated, sixtofour)}) == 1


@given(st.text())
def test_what_is_no_address_is_not_public(text: str) -> None:
    is_public(text)  # never an error
    assert not is_public(f"x{text}")


@pytest.mark.parametrize(
    "url",
    [
        "https://shop.example.com/hooks?key=1",
        "https://shop.example.com:8443/",
        "https://93.184.215.14/",
        "https://bücher.example/",
        "https://[2606:4700:4700::1111]/x",
        f"https://shop.example.com/{'x' * 1975}",
    ],
)
def test_urls_on_the_internet_may_be_stored(url: str) -> None:
    assert checked_url(f" {url} ") == url


REFUSED = {
    "give one URL of at most 2,000 characters, without spaces": [
        "",
        "https://shop.example.com/a b",
        "https://shop.example.com/\nx",
        f"https://shop.example.com/{'x' * 1976}",
    ],
    "this is no valid URL": [
        "https://shop.example.com:99999/",
        "https://[::1",
        "https://",
        "https:///path",
        "https://shop.example.com:0/",
        "https://127.1/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://0177.0.0.1/",
        "https://shop.example.1/",
        "https://shop..example.com/",
        f"https://{'x' * 64}.com/",
        "https://shop.example.com\\.evil.example/",
        "https://[v1.x]/",
    ],
    "the URL must begin with https://": [
        "shop.example.com",
        "http://shop.example.com/",
        "ftp://shop.example.com/",
    ],
    "leave user name and password out of the URL: events are signed instead": [
        "https://user:secret@shop.example.com/"
    ],
    "leave out the # and what follows it": ["https://shop.example.com/#part"],
    "the URL leads into a private network": [
        "https://[::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://[fe80::1%25eth0]/",
        "https://10.0.0.1%25eth0/",
        "https://127.0.0.1/",
        "https://169.254.169.254/latest/meta-data",
        "https://localhost/",
        "https://localhost./",
        "https://a.localhost/",
        "https://printer.local/",
        "https://db.internal/",
        "https://①②⑦.0.0.1/",
        "https://127。0。0。1/",
        "https://ｌｏｃａｌｈｏｓｔ/",
    ],
}


@pytest.mark.parametrize(("why", "url"), [(why, url) for why, urls in REFUSED.items() for url in urls])
def test_other_urls_are_refused_with_a_reason(why: str, url: str) -> None:
    with pytest.raises(BadUrl) as error:
        checked_url(url)
    assert str(error.value) == why


def test_a_setting_admits_private_networks_and_plain_http() -> None:
    for url in ("http://127.0.0.1:8000/x", "https://printer.local/", "http://[::1]/"):
        assert checked_url(url, allow_private=True) == url
    with pytest.raises(BadUrl):
        checked_url("ftp://127.0.0.1/", allow_private=True)


def test_the_host_is_what_may_be_shown() -> None:
    assert host_of("https://hooks.example.com:8443/secret/path?key=1") == "hooks.example.com"
    assert host_of("") == ""
