"""The app in a browser, through textual-serve.

Whoever can open the address can use the app as the person who started it: read and write the workspace, start
trainings.  So it listens on this machine alone unless told otherwise, and says what that means.
"""

import ipaddress
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tfl.errors import UsageError
from tui import settings
from tui.themes import THEMES

PAGE = Path(__file__).with_name("page")
# The page may load and ask nothing but what lies here, whatever is in its address, and no other page may frame it.
ITSELF = (
    "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; font-src 'self'; "
    "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

ALONE = "Only this machine can reach it.  Ctrl-C ends it."
OPEN = """\
! Everyone who can reach this address can use the app as you: read and change your workspace and start trainings.
  There is no password and no encryption.  Ctrl-C ends it."""


def serve(command: Sequence[str], host: str, port: int) -> None:
    """Serve until Ctrl-C.  Raises UsageError where textual-serve is not installed, OSError where it cannot listen."""
    try:
        import aiohttp_jinja2
        from aiohttp import web
        from textual_serve.server import Server
    except ImportError as error:
        raise UsageError("tfl-tui --serve needs textual-serve.", "Install it: pip install 'tfl[serve]'") from error

    @web.middleware
    async def from_here(request: web.Request, handler: Any) -> Any:
        """Refuse what another site's page asks for: any page that the browser has open could try."""
        if not is_own(request.headers.get("Host", ""), request.headers.get("Origin"), host, port):
            raise web.HTTPForbidden(text="This request comes from another site.")
        return await handler(request)

    class Guarded(Server):
        async def _make_app(self) -> web.Application:
            app = await super()._make_app()
            aiohttp_jinja2.get_env(app).globals["theme"] = _theme()
            app.middlewares.append(from_here)
            app.on_response_prepare.append(_keep_to_itself)
            return app

        async def on_startup(self, app: web.Application) -> None:
            print(f"tfl-tui is served at {self.public_url}", file=sys.stderr)
            print(ALONE if is_loopback(host) else OPEN, file=sys.stderr, flush=True)

        def initialize_logging(self) -> None:
            """Say nothing of each request."""

    shown = f"[{host}]" if ":" in host else host
    address = f"http://{shown}:{port}"
    Guarded(shlex.join(command), host, port, title="tfl", public_url=address, templates_path=PAGE).serve()


async def _keep_to_itself(request: Any, response: Any) -> None:
    response.headers["Content-Security-Policy"] = ITSELF


def _theme() -> Any:
    """The colours around the terminal."""
    chosen = settings.load()[0].theme
    return next((theme for theme in THEMES if theme.name == chosen), THEMES[0])


def is_own(asked: str, origin: str | None, host: str, port: int) -> bool:
    """Whether a request was meant for this server and comes from its own page.

    `asked`: the header Host, which a name that leads here by deceit would show.  `origin`: the header Origin, which
    browsers send along when a page asks.
    """
    if is_loopback(host):
        names = {"localhost", "127.0.0.1", "[::1]", host}
        if asked.removesuffix(f":{port}") not in names:
            return False
    return origin is None or urlsplit(origin).netloc == asked


def is_loopback(host: str) -> bool:
    """Whether nobody else can reach what listens there."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False  # a name: it may be anybody's
