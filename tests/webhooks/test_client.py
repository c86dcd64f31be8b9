"""One request to an address that somebody else chose."""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import ipaddress
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from bot.webhooks.client import EndpointAnswer, Unreachable, WebhookClient
from tests.webhooks.parts import Receiver, receiver


def anywhere(_address: str) -> bool:
    """Every address may be connected to."""
    return True


class Names(AbstractResolver):
    """A name server in the hands of an attacker: each question gets the next answer."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        self.asked.append(host)
        found = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=0,
                flags=0,
            )
            for address in found
        ]

    async def close(self) -> None:
        """Nothing to close."""


@contextlib.asynccontextmanager
async def client(*answers: Sequence[str], **how: object) -> AsyncIterator[WebhookClient]:
    made = WebhookClient(resolver=Names(*answers) if answers else None, **how)  # type: ignore[arg-type]
    yield made
    await made.close()


async def _refused(through: WebhookClient, url: str) -> str:
    with pytest.raises(Unreachable) as error:
        await through.post(url, {}, b"{}")
    return str(error.value)


@contextlib.asynccontextmanager
async def _raw(answer: Callable[[asyncio.StreamWriter], Awaitable[None]]) -> AsyncIterator[str]:
    """A server that answers as it pleases once it got a request's head."""

    serving: set[asyncio.Task[None] | None] = set()

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        serving.add(asyncio.current_task())
        try:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError):
                await reader.readuntil(b"\r\n\r\n")
                await answer(writer)
        finally:
            writer.transport.abort()

    server = await asyncio.start_server(take, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}/secret-path"
        for task in serving - {None}:
            assert task is not None
            task.cancel()
        await asyncio.gather(*(task for task in serving if task is not None), return_exceptions=True)


# ── where it connects to ────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1"]
)
async def test_a_name_that_resolves_into_a_private_network_is_not_connected_to(address: str) -> None:
    async with client([address]) as through:
        assert await _refused(through, "https://shop.example.com/") == "it leads into a private network"


async def test_a_name_that_leads_elsewhere_the_second_time_is_not_followed(shop: Receiver) -> None:
    """DNS rebinding. The first address may be connected to, the second is the same server's by another."""
    url = shop.url.replace("127.0.0.1", "shop.example.com")
    async with client(["127.0.0.1"], ["127.0.0.2"], permits=lambda ip: ip == "127.0.0.1") as through:
        shop.answers = [web.Response(headers={"Connection": "close"})]
        assert (await through.post(url, {}, b'{"data":{}}')).accepted
        assert await _refused(through, url) == "it leads into a private network"
    assert len(shop.requests) == 1


async def test_of_several_addresses_the_private_ones_are_left_out(shop: Receiver) -> None:
    async with client(["127.0.0.1", "10.0.0.1", "::1"]) as through:
        url = shop.url.replace("127.0.0.1", "shop.example.com")
        assert await _refused(through, url) == "it leads into a private network"
    assert shop.requests == []


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "2130706433", "0x7f.1"]
)
async def test_addresses_in_the_url_itself_are_checked_as_well(shop: Receiver, host: str) -> None:
    port = shop.url.rpartition(":")[2].partition("/")[0]
    async with client() as through:
        assert await _refused(through, f"http://{host}:{port}/")
    assert shop.requests == []


async def test_the_setting_admits_private_networks(shop: Receiver) -> None:
    async with client(permits=anywhere) as through:
        assert await through.post(shop.url, {"x-a": "1"}, b'{"data":{}}') == EndpointAnswer(status=200)
    assert shop.requests[0][0]["x-a"] == "1"


async def test_redirects_are_not_followed(shop: Receiver) -> None:
    shop.answers = [web.Response(status=307, headers={"Location": shop.url})]
    async with client(permits=anywhere) as through:
        assert (await through.post(shop.url, {}, b'{"data":{}}')).status == 307
    assert len(shop.requests) == 1


async def test_no_proxy_of_the_environment_is_used(shop: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    async with receiver() as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        async with client(permits=anywhere) as through:
            assert (await through.post(shop.url, {}, b'{"data":{}}')).accepted
        assert proxy.requests == []


# ── answers ─────────────────────────────────────────────────────────────────────────────────────


async def test_an_endpoint_that_says_nothing_is_left_after_the_limit() -> None:
    async def never(writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(120)

    async with _raw(never) as url, client(permits=anywhere, within=0.1) as through:
        assert (await _refused(through, url)).startswith("no answer within")


async def test_an_endpoint_that_dribbles_its_head_is_left_after_the_limit() -> None:
    async def slowly(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n")
        for number in range(100):
            writer.write(f"x-{number}: 1\r\n".encode())
            await writer.drain()
            await asyncio.sleep(0.02)

    async with _raw(slowly) as url, client(permits=anywhere, within=0.2) as through:
        assert (await _refused(through, url)).startswith("no answer within")


async def test_a_body_without_end_costs_neither_time_nor_memory() -> None:
    sent = 0

    async def without_end(writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\n\r\n")
        while True:
            writer.write(b"x" * 65_536)
            sent += 65_536
            await writer.drain()

    async with _raw(without_end) as url, client(permits=anywhere) as through:
        assert (await through.post(url, {}, b"{}")).accepted
    assert sent < 20_000_000  # what the sockets' buffers took


async def test_a_body_that_never_comes_delays_nothing() -> None:
    async def promised(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nx")
        await writer.drain()
        await asyncio.sleep(120)

    async with _raw(promised) as url, client(permits=anywhere) as through:
        async with asyncio.timeout(60):
            assert (await through.post(url, {}, b"{}")).accepted


@pytest.mark.parametrize(
    "words",
    [b"", b"220 mail.example.com ESMTP\r\n", b"HTTP/1.1 200 OK\r\nx: " + b"y" * 100_000 + b"\r\n\r\n"],
)
async def test_what_is_no_answer_is_refused_in_a_few_words(words: bytes) -> None:
    async def answer(writer: asyncio.StreamWriter) -> None:
        writer.write(words)
        await writer.drain()

    async with _raw(answer) as url, client(permits=anywhere, within=2.0) as through:
        why = await _refused(through, url)
    assert "secret-path" not in why
    assert len(why) < 80


async def test_connections_are_kept(shop: Receiver) -> None:
    peers: set[object] = set()

    async def take(request: web.Request) -> web.Response:
        assert request.transport is not None
        peers.add(request.transport.get_extra_info("peername"))
        return web.Response(text="thank you")

    app = web.Application()
    app.router.add_post("/", take)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with client(permits=anywhere) as through:
        for _ in range(3):
            await through.post(f"http://127.0.0.1:{runner.addresses[0][1]}/", {}, b"{}")
    await runner.cleanup()
    assert len(peers) == 1


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120.0),
        ("0", 0.0),
        ("-1", None),
        ("Fri, 20 Nov 2026 12:00:00 GMT", None),
        ("9" * 400, 999999999.0),
    ],
)
async def test_a_wish_to_wait_is_read_if_it_is_a_number(
    shop: Receiver, header: str, seconds: float | None
) -> None:
    shop.answers = [web.Response(status=503, headers={"Retry-After": header})]
    async with client(permits=anywhere) as through:
        answer = await through.post(shop.url, {}, b'{"data":{}}')
    assert answer == EndpointAnswer(status=503, retry_after=seconds)


# ── TLS ─────────────────────────────────────────────────────────────────────────────────────────


def _certificate(folder: Path, name: str) -> Path:
    """A certificate for the name, signed by itself, with its key in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName(
                [x509.DNSName(name), x509.IPAddress(ipaddress.ip_address("192.0.2.1"))]
            ),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / f"{name}.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


async def test_the_name_of_the_url_is_what_the_certificate_must_show(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The connection goes to the checked address; TLS and the Host header still speak of the name."""
    pem = _certificate(tmp_path, "shop.example.com")
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    seen: list[tuple[str | None, str]] = []
    names: list[str | None] = []

    async def take(request: web.Request) -> web.Response:
        seen.append((names[-1], request.headers["Host"]))
        return web.Response()

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    context.sni_callback = lambda _socket, name, _context: names.append(name)
    app = web.Application()
    app.router.add_post("/", take)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
    port = runner.addresses[0][1]
    async with client(["127.0.0.1"], permits=anywhere) as through:
        assert (await through.post(f"https://shop.example.com:{port}/", {}, b"{}")).accepted
        why = await _refused(through, f"https://other.example.com:{port}/")
    await runner.cleanup()
    assert seen == [("shop.example.com", f"shop.example.com:{port}")]
    assert why.startswith("its certificate is not valid")
