"""Opening a file in the learner's editor; one that draws in the terminal gets the terminal for itself meanwhile."""

import subprocess
import threading
from pathlib import Path

from textual.app import App, SuspendNotSupported

from tfl import editors
from tfl.errors import UsageError


def edit(app: App[None], path: Path, line: int | None, chosen: str) -> str:
    """Open a file at a line.  Returns what went wrong, if something did."""
    try:
        words = editors.command(path, line, chosen)
        if editors.takes_the_terminal(words):
            with app.suspend():
                subprocess.run(words, check=False)
        else:
            nowhere = subprocess.DEVNULL
            window = subprocess.Popen(words, stdin=nowhere, stdout=nowhere, stderr=nowhere, start_new_session=True)
            threading.Thread(target=window.wait, daemon=True).start()  # whoever started it must take note of its end
    except UsageError as error:
        return f"{error.message}  Choose one: press : and type editor.  Or open {path} yourself: saving it checks it."
    except SuspendNotSupported:
        return f"An editor cannot be opened here.  Open {path} in one of your own: saving it checks it."
    except OSError as error:
        return f"{words[0]} cannot be started: {error.strerror}."
    return ""
