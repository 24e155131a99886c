"""Serving the app to a browser."""

import pytest

from tui.serve import is_loopback, is_own


@pytest.mark.parametrize(
    ("host", "alone"),
    [
        ("localhost", True),
        ("127.0.0.1", True),
        ("::1", True),
        ("0.0.0.0", False),
        ("192.168.1.5", False),
        ("box", False),
    ],
)
def test_only_this_machine_can_reach_the_loopback(host: str, alone: bool) -> None:
    assert is_loopback(host) is alone


@pytest.mark.parametrize(
    ("asked", "origin", "own"),
    [
        ("localhost:8000", None, True),
        ("localhost:8000", "http://localhost:8000", True),
        ("127.0.0.1:8000", "http://127.0.0.1:8000", True),
        ("localhost:8000", "https://evil.example", False),
        ("localhost:8000", "http://localhost:3000", False),
        ("evil.example:8000", "http://evil.example:8000", False),  # a name that was made to lead here
        ("evil.example:8000", None, False),
    ],
)
def test_another_sites_page_is_refused(asked: str, origin: str | None, own: bool) -> None:
    assert is_own(asked, origin, "localhost", 8000) is own
