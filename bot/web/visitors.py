"""Who visits the tracking page, and how many wrong links came from them lately."""

from __future__ import annotations

import ipaddress

from starlette.requests import Request

from bot.bounded import keep


def client_address(request: Request) -> str:
    """The visitor's address, of an IPv6 one its /64 network, which is one household's or server's.

    A connection from this machine or a private network comes from the reverse proxy that adds https: the
    address is then the last one in X-Forwarded-For, which the proxy put there itself.
    """
    peer = _address(request.client.host if request.client is not None else "")
    if peer is None or peer.is_private or peer.is_loopback:
        hops = ",".join(request.headers.getlist("x-forwarded-for"))
        peer = _address(hops.rpartition(",")[2].strip()) or peer
    if isinstance(peer, ipaddress.IPv6Address):
        peer = peer.ipv4_mapped or ipaddress.IPv6Network((peer, 64), strict=False).network_address
    return str(peer)


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


class WrongLinks:
    """Counts each address's wrong links: more than `most` within so many seconds are too many.

    Right links are answered all the same: their 128 random bits cannot be guessed, and behind one address
    there may be many customers. Of more than `remembered` addresses the one that was
    counted longest ago is forgotten.
    """

    def __init__(self, *, most: int = 30, within: float = 600.0, remembered: int = 10_000) -> None:
        self.within = within
        self._most = most
        self._remembered = remembered
        self._counted: dict[str, tuple[float, int]] = {}  # since when, and how many

    def count(self, address: str, now: float) -> bool:
        """Count one more at `now`, in seconds; return whether these are too many."""
        since, times = self._counted.get(address, (now, 0))
        if now - since >= self.within:
            since, times = now, 0
        keep(self._counted, address, (since, times + 1), self._remembered)
        return times >= self._most
