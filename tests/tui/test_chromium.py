"""The app in a real browser: `tfl-tui --serve`, and headless Chromium told what to do over its debugging protocol."""

import asyncio
import base64
import itertools
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from aiohttp import ClientSession, ClientWebSocketResponse, WSMsgType, web

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
PATIENCE = 60.0  # seconds until waiting for something is given up
SWITCHES = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-sync",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--remote-debugging-port=0",
    "--remote-allow-origins=*",
    "--window-size=1000,700",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",  # no other machine is asked for
)
ESCAPES = re.compile(r"\x1b(\[[0-9;:?<>=]*[a-zA-Z]|\][^\x07\x1b]*(\x07|\x1b\\)|.)")
FOREIGN = """<title>trying</title><script>
const socket = new WebSocket("ws://localhost:PORT/ws");
socket.onopen = () => { document.title = "open" };
socket.onerror = () => { document.title = "refused" };
</script>"""

pytestmark = pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed; .ci/run installs it")


class Page:
    """A page of the browser."""

    def __init__(self, socket: ClientWebSocketResponse) -> None:
        self.socket = socket
        self.drawn = ""  # what the app has sent to the page's terminal, without escape sequences
        self.asked: list[str] = []  # the addresses that the page has asked for
        self._numbers = itertools.count(1)

    async def ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Have it do something; meanwhile note what comes in."""
        number = next(self._numbers)
        await self.socket.send_json({"id": number, "method": method, "params": parameters})
        while (told := await self._told()).get("id") != number:
            pass
        assert "error" not in told, told
        result: dict[str, Any] = told["result"]
        return result

    async def _told(self) -> dict[str, Any]:
        message = await self.socket.receive(PATIENCE)
        assert message.type is WSMsgType.TEXT, message
        told: dict[str, Any] = json.loads(message.data)
        if told.get("method") == "Network.requestWillBeSent":
            self.asked.append(told["params"]["request"]["url"])
        elif told.get("method") == "Network.webSocketCreated":
            self.asked.append(told["params"]["url"])
        elif told.get("method") == "Network.webSocketFrameReceived":
            frame = told["params"]["response"]
            if frame["opcode"] == 2:  # bytes
                sent = base64.b64decode(frame["payloadData"]).decode(errors="replace")
                self.drawn += ESCAPES.sub("", sent)
        return told

    async def value(self, expression: str) -> Any:
        """What an expression of JavaScript is."""
        return (await self.ask("Runtime.evaluate", expression=expression))["result"].get("value")

    async def picture(self) -> str:
        """What it looks like."""
        found: str = (await self.ask("Page.captureScreenshot"))["data"]
        return found

    async def open(self, address: str) -> None:
        await self.ask("Page.enable")
        await self.ask("Network.enable")
        await self.ask("Emulation.setFocusEmulationEnabled", enabled=True)
        await self.ask("Page.navigate", url=address)

    async def press(self, key: str) -> None:
        for kind in ("keyDown", "keyUp"):
            more = {"text": key} if kind == "keyDown" else {}
            await self.ask("Input.dispatchKeyEvent", type=kind, key=key, **more)


async def until(condition: Callable[[], Awaitable[object]], told: Callable[[], object]) -> None:
    """Wait for it, for a while."""
    for _ in range(int(PATIENCE / 0.1)):
        if await condition():
            return
        await asyncio.sleep(0.1)
    raise AssertionError(f"it never came to that: {told()}")


@asynccontextmanager
async def browser(profile: Path) -> AsyncIterator[Page]:
    """Chromium with an empty page."""
    assert CHROMIUM
    process = subprocess.Popen(
        [CHROMIUM, *SWITCHES, f"--user-data-dir={profile}", "about:blank"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        port_file = profile / "DevToolsActivePort"
        await until(lambda: _is(port_file.exists() and "\n" in port_file.read_text()), lambda: process.poll())
        port = port_file.read_text().split("\n")[0]
        async with ClientSession() as session:
            pages = await (await session.get(f"http://127.0.0.1:{port}/json/list")).json()
            address = next(page["webSocketDebuggerUrl"] for page in pages if page["type"] == "page")
            async with session.ws_connect(address, max_msg_size=0) as socket:
                yield Page(socket)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


async def _is(found: object) -> object:
    return found


@pytest.fixture
async def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[int]:
    """The port of `tfl-tui --serve` in a new workspace."""
    monkeypatch.setenv("TFL_CONFIG", str(tmp_path / "config"))
    commands = Path(sys.executable).parent
    subprocess.run([commands / "tfl", "init", "course"], check=True, capture_output=True, cwd=tmp_path)
    with socket.create_server(("localhost", 0)) as free:
        port: int = free.getsockname()[1]
    told = tmp_path / "told"
    with told.open("w") as log:
        process = subprocess.Popen(
            [commands / "tfl-tui", "--serve", "--port", str(port)], cwd=tmp_path / "course", stderr=log
        )
    try:
        await until(lambda: _is("Only this machine can reach it" in told.read_text()), told.read_text)
        yield port
    finally:
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE) == 0


async def test_a_browser_shows_the_map_and_obeys_a_key(served: int, tmp_path: Path) -> None:
    async with browser(tmp_path / "profile") as page:
        await page.open(f"http://localhost:{served}/")

        async def shows(text: str) -> bool:
            await page.value("0")  # lets what the app has sent come in
            return text in page.drawn

        await until(lambda: shows("goes on with"), lambda: page.drawn[-2000:])
        assert "Positional encodings" in page.drawn
        await until(lambda: page.value("!!document.querySelector('#terminal canvas')"), lambda: "no canvas")
        await page.value("document.querySelector('#terminal textarea').focus()")
        before = await page.picture()
        await page.press("?")
        await until(lambda: shows("The next field or part"), lambda: page.drawn[-2000:])
        await until(lambda: _changed(page, before), lambda: "the picture stays as it was")


async def _changed(page: Page, before: str) -> bool:
    return await page.picture() != before


async def test_the_page_asks_nothing_of_another_machine(served: int, tmp_path: Path) -> None:
    async with browser(tmp_path / "profile") as page:
        await page.open(f"http://127.0.0.1:{served}/")  # another of its names than the one that it was started with
        await until(lambda: page.value("document.body.matches('.-first-byte')"), lambda: page.asked)
        assert await page.value("document.fonts.check(\"italic 16px 'Roboto Mono'\")")
        hosts = {urlsplit(address).netloc for address in page.asked if not address.startswith("data:")}
        assert hosts == {f"127.0.0.1:{served}"}
        assert f"ws://127.0.0.1:{served}/ws" in {address.partition("?")[0] for address in page.asked}

        await page.value("document.onsecuritypolicyviolation = (event) => { document.title = event.blockedURI }")
        await page.value("void fetch('https://example.org/telling')")
        await until(
            lambda: page.value("document.title.startsWith('https://example.org')"), lambda: "nothing forbade it"
        )


async def test_another_sites_page_cannot_talk_to_the_app(served: int, tmp_path: Path) -> None:
    async def foreign(request: web.Request) -> web.Response:
        return web.Response(text=FOREIGN.replace("PORT", str(served)), content_type="text/html")

    site = web.Application()
    site.router.add_get("/", foreign)
    runner = web.AppRunner(site)
    await runner.setup()
    await web.TCPSite(runner, "localhost", 0).start()
    try:
        port = runner.addresses[0][1]
        async with browser(tmp_path / "profile") as page:
            await page.open(f"http://localhost:{port}/")
            title = ""

            async def decided() -> bool:
                nonlocal title
                title = await page.value("document.title")
                return title in ("open", "refused")

            await until(decided, lambda: title)
            assert title == "refused"
    finally:
        await runner.cleanup()
