"""What all screens have in common."""

from typing import TYPE_CHECKING, ClassVar, TypeVar, cast

from textual.binding import Binding, BindingType
from textual.screen import Screen

from tui.widgets.title import Title

if TYPE_CHECKING:
    from tui.app import TflApp

Result = TypeVar("Result")


class TflScreen(Screen[Result]):
    """A screen with a title, that escape leaves; inside a field escape first leaves the field."""

    AUTO_FOCUS = None
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "back", "Back", key_display="esc")]

    @property
    def home(self) -> "TflApp":
        """The app, which knows the learner and the job."""
        return cast("TflApp", self.app)

    @property
    def title_bar(self) -> Title:
        """The first line."""
        return self.query_one(Title)

    def rest(self) -> None:
        """Put the focus where it is when no field has it; a screen with a list or a text to scroll says which."""
        self.set_focus(None)

    def action_back(self) -> None:
        from textual.widgets import Input, TextArea  # the first picture needs neither

        if isinstance(self.focused, Input | TextArea):
            self.rest()
        else:
            self.leave()

    def leave(self) -> None:
        """Go back to where one came from."""
        self.dismiss(None)

    def on_resize(self) -> None:
        self.call_after_refresh(self.refresh_bindings)  # the breakpoints' classes are set by then

    def action_link(self, target: str) -> None:
        """Follow a link of a text."""
        self.home.follow_link(target)
