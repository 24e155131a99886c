"""What the screens have in common whose table can be narrowed down."""

from collections.abc import Sequence

from rich.text import Text
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

    def fill(self, heads: Sequence[Text], rows: Sequence[Sequence[Text]]) -> None:
        """Show this table; the chosen line stays where it is.

        The widths are told, as a DataTable measures them later, and not always when it is filled twice in a row.
        """
        table: DataTable[Text] = self.query_one(DataTable)
        place = table.cursor_row
        table.clear(columns=True)
        for number, head in enumerate(heads):
            table.add_column(head, width=max(head.cell_len, *(row[number].cell_len for row in rows), 0))
        for row in rows:
            table.add_row(*row)
        table.move_cursor(row=min(place, len(rows) - 1))

    def on_data_table_header_selected(self, event: DataTable.HeaderSelected) -> None:
        """A click on a column's name sorts by it."""
        self.sort(event.label.plain.strip())

    def sort(self, column: str) -> None:
        """Sort by this column, once more: the other way round."""

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
