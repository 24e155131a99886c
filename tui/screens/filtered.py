"""What the screens have in common whose table can be narrowed down."""

from textual.widgets import DataTable

from tui.screens.base import TflScreen
from tui.widgets.filter_field import FilterField


class FilteredScreen(TflScreen[None]):
    """Has a table and a FilterField above it."""

    @property
    def filter_field(self) -> FilterField:
        """What narrows the table down."""
        return self.query_one(FilterField)

    def draw(self) -> None:
        """Show the rows that fit."""

    def rest(self) -> None:
        self.query_one(DataTable).focus()

    def action_filter(self) -> None:
        """Show the field."""
        self.filter_field.open()

    def action_back(self) -> None:
        """First show all rows again."""
        if self.filter_field.put_away():
            self.rest()
        else:
            super().action_back()

    def on_input_changed(self) -> None:
        self.draw()

    def on_input_submitted(self) -> None:
        self.rest()
