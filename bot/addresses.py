"""Which addresses of others the bot may send to: none inside the operator's own network. Pure."""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from urllib.parse import urlsplit

LONGEST_URL = 2000  # characters

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_UNICAST = ipaddress.IPv6Network("2000::/3")  # all that is assigned for use on the Internet
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")  # holds an IPv4 address (RFC 6052)
_SPECIAL = (  # parts of it that are for protocols and examples
    ipaddress.IPv6Network("2001::/23"),  # RFC 2928, with Teredo
    ipaddress.IPv6Network("3fff::/20"),  # RFC 9637
)
_PROTOCOLS = ipaddress.IPv4Network("192.0.0.0/24")  # RFC 6890; Python 3.11 calls a part of it global
_LONGEST_LABEL = 63  # characters between two dots of a name
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_NEVER_IN_NAMES = re.compile(r"[\\%<>^`{|}]")
_LOCAL_NAMES = ("localhost", ".localhost", ".local", ".internal", ".home.arpa", ".lan")


class BadUrl(ValueError):
    """An address that events may not be sent to; its message says what is wrong, in English."""


def is_public(host: str) -> bool:
    """Whether the IP address is on the Internet; False for what is no IP address.

    Private, loopback, link-local, shared (CGNAT), multicast and reserved addresses are not, nor are IPv6
    addresses that hold such an IPv4 address (mapped, 6to4, NAT64).
    """
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return all(_is_global(one) for one in (address, *_within(address)))


def _is_global(address: _Address) -> bool:
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None or address in _NAT64:
            return True  # as public as the address in it, which is judged, too
        if address not in _UNICAST or any(address in one for one in _SPECIAL):
            return False
        if address.sixtofour is not None:
            return True
    elif address in _PROTOCOLS:
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def _within(address: _Address) -> tuple[ipaddress.IPv4Address, ...]:
    """The IPv4 addresses that an IPv6 address holds."""
    if isinstance(address, ipaddress.IPv4Address):
        return ()
    found = [address.ipv4_mapped, address.sixtofour]
    if address in _NAT64:
        found.append(ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF))
    return tuple(one for one in found if one is not None)


def checked_url(text: str, *, allow_private: bool = False) -> str:
    """The URL of an endpoint, as it may be stored. Raises BadUrl.

    `allow_private` admits plain http and hosts in private networks. What a name resolves to is not checked
    here: it can change, so that it is checked with each connection.
    """
    text = text.strip()
    if not text or len(text) > LONGEST_URL or not text.isprintable() or " " in text:
        raise BadUrl(f"give one URL of at most {LONGEST_URL:,} characters, without spaces")
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise BadUrl("this is no valid URL") from None
    host = _host(parts.hostname or "")
    if parts.scheme != "https" and not (allow_private and parts.scheme == "http"):
        raise BadUrl("the URL must begin with https://")
    if "@" in parts.netloc:
        raise BadUrl("leave user name and password out of the URL: events are signed instead")
    if port == 0 or not (_is_ip(host) or (_is_name(host) and "[" not in parts.netloc)):
        raise BadUrl("this is no valid URL")
    if parts.fragment:
        raise BadUrl("leave out the # and what follows it")
    if not allow_private and (host.endswith(_LOCAL_NAMES) or (_is_ip(host) and not is_public(host))):
        raise BadUrl("the URL leads into a private network")
    return text


def _host(text: str) -> str:
    """The host as resolvers read it: wide letters, digits and full stops are ordinary ones."""
    return unicodedata.normalize("NFKC", text).replace("\u3002", ".").rstrip(".").lower()


def _is_name(host: str) -> bool:
    """Whether it can be a name. A host that ends in a number is an address, and this is none (WHATWG URL)."""
    labels = host.split(".")
    if _NUMBER.fullmatch(labels[-1]) or _NEVER_IN_NAMES.search(host):
        return False
    return all(0 < len(label) <= _LONGEST_LABEL for label in labels)


def _is_ip(host: str) -> bool:
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True


def host_of(url: str) -> str:
    """The host of a URL, to show and to log: paths and parameters may hold secrets."""
    return urlsplit(url).hostname or ""
