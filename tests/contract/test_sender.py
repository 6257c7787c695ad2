"""Attempts against a real server: hostile places are not connected to, whatever their name resolves to."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult

from pipeline.notify.addresses import read_networks
from pipeline.notify.sender import open_sender

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

TIMEOUT_S = 5
HERE = read_networks(["127.0.0.0/8", "::1/128"])

HOSTILE = (
    "http://127.0.0.1:{port}/",
    "http://127.0.0.2:{port}/",
    "http://127.1:{port}/",
    "http://2130706433:{port}/",
    "http://0x7f000001:{port}/",
    "http://0177.0.0.1:{port}/",
    "http://0:{port}/",
    "http://0.0.0.0:{port}/",
    "http://localhost:{port}/",
    "http://LOCALHOST.:{port}/",
    "http://public.example:{port}/",
    "http://127.0.0.1.:{port}/",
    "http://[::1]:{port}/",
    "http://[::]:{port}/",
    "http://[::ffff:127.0.0.1]:{port}/",
    "http://[::ffff:7f00:1]:{port}/",
    "http://[::127.0.0.1]:{port}/",
    "http://[64:ff9b::7f00:1]:{port}/",
    "http://[64:ff9b:1::7f00:1]:{port}/",
    "http://[2002:7f00:1::1]:{port}/",
    "http://[2001:0:4136:e378:8000:63bf:80ff:fffe]:{port}/",
    "http://[fe80::1]:{port}/",
    "http://[fd00::1]:{port}/",
    "http://[ff02::1]:{port}/",
    "http://10.0.0.1:{port}/",
    "http://172.16.0.1:{port}/",
    "http://192.168.1.1:{port}/",
    "http://169.254.169.254/latest/meta-data/",
    "http://100.100.100.200/latest/meta-data/",
    "http://198.18.0.1:{port}/",
    "http://224.0.0.1:{port}/",
    "http://255.255.255.255:{port}/",
    "http://example.com@127.0.0.1:{port}/",
    "http://127.0.0.1:{port}\\@example.com/",
)


class Changing(AbstractResolver):
    """Says another address each time it is asked; a name is public first, and then this machine."""

    def __init__(self) -> None:
        self.asked = 0

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        self.asked += 1
        address = "93.184.216.34" if self.asked % 2 == 0 else "127.0.0.1"
        return [ResolveResult(hostname=host, host=address, port=port, family=family, proto=0, flags=0)]

    async def close(self) -> None:
        """Keep nothing."""


class Server:
    """A receiver on this machine that remembers what came."""

    def __init__(self) -> None:
        self.came: list[str] = []
        self.port = 0
        self.status = 204
        self.headers: dict[str, str] = {}

    async def answer(self, request: web.Request) -> web.Response:
        """Answer whatever is to be answered."""
        self.came.append(request.path)
        return web.Response(status=self.status, headers=self.headers)


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    found = Server()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", found.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    found.port = runner.addresses[0][1]
    yield found
    await runner.cleanup()


@pytest.mark.parametrize("url", HOSTILE)
async def test_a_hostile_url_reaches_nobody(server: Server, url: str) -> None:
    async with open_sender((), TIMEOUT_S, Changing()) as sender:
        answer = await sender.post(url.format(port=server.port), {}, b"{}")

    assert server.came == []
    assert answer.refused
    assert answer.trouble


async def test_a_name_that_resolves_to_something_else_the_second_time_is_refused_then(server: Server) -> None:
    resolver = Changing()
    allowed_first = read_networks(["127.0.0.1/32"])
    url = f"http://public.example:{server.port}/hook"

    async with open_sender(allowed_first, TIMEOUT_S, resolver) as sender:
        assert (await sender.post(url, {}, b"{}")).status == 204
    async with open_sender((), TIMEOUT_S, resolver) as sender:
        await resolver.resolve("public.example")
        answer = await sender.post(url, {}, b"{}")

    assert server.came == ["/hook"]
    assert answer.refused
    assert "127.0.0.1" in answer.trouble


async def test_what_is_answered_is_told_and_no_redirect_is_followed(server: Server) -> None:
    async with open_sender(HERE, TIMEOUT_S) as sender:
        url = f"http://127.0.0.1:{server.port}/hook"
        assert (await sender.post(url, {}, b"{}")).status == 204
        server.status, server.headers = 302, {"Location": f"http://127.0.0.1:{server.port}/elsewhere"}
        assert (await sender.post(url, {}, b"{}")).status == 302
        server.status, server.headers = 429, {"Retry-After": "120"}
        assert (await sender.post(url, {}, b"{}")).retry_after == 120
        server.headers = {"Retry-After": "Wed, 21 Oct 2099 07:28:00 GMT"}
        assert ((await sender.post(url, {}, b"{}")).retry_after or 0) > 86_400
        server.headers = {"Retry-After": "soon"}
        assert (await sender.post(url, {}, b"{}")).retry_after is None

    assert set(server.came) == {"/hook"}


async def test_a_server_out_of_reach_is_told_without_the_url(server: Server) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        async with open_sender(HERE, TIMEOUT_S) as sender:
            answer = await sender.post(f"http://127.0.0.1:{taken.getsockname()[1]}/hunter2", {}, b"{}")

    assert not answer.refused
    assert answer.trouble.startswith("ConnectionRefusedError")
    assert "hunter2" not in answer.trouble
    assert server.came == []
