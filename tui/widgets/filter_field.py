"""The field that narrows a table down."""

from textual.widgets import Input


class FilterField(Input):
    """Hidden until it is asked for."""

    HELP = "Only the rows that hold this text are shown.  Enter goes back to the table, esc shows all rows again."
    DEFAULT_CSS = "FilterField { margin: 0 2; border-left: thick $accent; display: none; }"

    def __init__(self, placeholder: str) -> None:
        super().__init__(placeholder=placeholder, id="filter", compact=True)

    def open(self) -> None:
        """Show it, to be typed into."""
        self.display = True
        self.focus()

    def put_away(self) -> bool:
        """Empty and hide it; whether it was there."""
        was_there = self.display
        self.value, self.display = "", False
        return was_there

    def fits(self, text: str) -> bool:
        """Whether a row with this text is to be shown."""
        return self.value.lower() in text.lower()
