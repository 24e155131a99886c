"""What the screens have in common that start a job and show what it says."""

from typing import Any

from tfl.events import Event
from tui.screens.base import TflScreen


class JobScreen(TflScreen[None]):
    """Its job is followed by the app, so that it may go on while one looks at other screens."""

    @property
    def is_mine(self) -> bool:
        """Whether the job that goes on was started here."""
        return self.home.job is not None and self.home.listener is self

    @property
    def brief(self) -> str:
        """What the job is doing, in a few words."""
        return ""

    def hear(self, event: Event) -> None:
        """The job has said something."""

    def launch(self, name: str, request: dict[str, Any]) -> None:
        """Start a job; there must be none that goes on."""
        self.home.start_job(name, request, self)
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return self.is_mine if action == "cancel" else True

    def action_cancel(self) -> None:
        """Ask the job to save its work and end; the second time, kill it."""
        self.home.stop_job()
