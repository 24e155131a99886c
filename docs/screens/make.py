"""Makes the screenshots in this folder, from the app as it is: `make screenshots`.

The scenes are those of the snapshot tests: a furnished folder, and stand-ins for the processes that compute.  Screens
that show measured numbers are not among them: a stand-in's numbers must not look like results.
"""

import asyncio
import os
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))

SHOTS = {  # file → (place, keys)
    "map": ("", ()),
    "lesson": ("2.4", ()),
}
SIZE = (120, 40)
SETTLE = 1.5  # seconds until everything is drawn


async def main() -> None:
    """Draw every scene."""
    from tests.tui import scenes
    from tui.app import TflApp

    learner = scenes.learner()
    with scenes.stood_in():
        for name, (place, keys) in SHOTS.items():
            app = TflApp(Path("runs"), learner, place)
            async with app.run_test(size=SIZE) as pilot:
                await pilot.pause(SETTLE)
                await pilot.press(*keys)
                await pilot.pause(SETTLE)
                (HERE / f"{name}.svg").write_text(app.export_screenshot(title="tfl-tui"), encoding="utf-8")
            print(HERE / f"{name}.svg")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        for variable in ("TFL_DATA", "TFL_CACHE", "TFL_CONFIG"):
            os.environ[variable] = str(Path(folder) / variable.lower())
        os.chdir(folder)
        asyncio.run(main())
