"""What the screens look like.  After a change on purpose: look at the report, then `pytest --snapshot-update`.

Every screen is kept at 80×24 in the dark theme and at 120×40 in the light one.  Those in `BOTH`, which between them use
all the widgets and colours, are kept at both sizes in both themes, and without colours; those in `SMALL`, windows above
another screen and states of one that is there already, at 80×24 alone; those in `ROOMY`, which are laid out in another
way where there is much room, at 200×60 too.  The full matrix would take three times as long
and show the same rules of layout again.  What varies is frozen: the course is `picture_course`, times, paths and
figures are the scenes' own, and nothing is measured.
"""

from collections.abc import Callable
from functools import partial

import pytest
from textual.pilot import Pilot
from textual.widgets._footer import FooterKey

from tests.tui.shots import COURSE, SHOTS, Shot, play, staged
from tfl import course as courses
from tui.settings import DARK, LIGHT

Compare = Callable[..., bool]

LOW, TALL, VAST = (80, 24), (120, 40), (200, 60)
BOTH = ("map", "bench-positions", "exercise-failing")
ROOMY = ("map", "lesson", "exercise-failing")
SMALL = (
    *("map-new", "map-finished", "prediction", "term", "links", "exercise-new", "exercise-hints", "exercise-refused"),
    *("runs-overlaid", "runs-none", "train", "compare-labels", "compare-none", "help-exercise", "editor"),
)
PICTURES = [
    *((name, LOW, DARK) for name in SHOTS),
    *((name, TALL, LIGHT) for name, shot in SHOTS.items() if not shot.size and name not in SMALL),
    *((name, LOW, LIGHT) for name in BOTH),
    *((name, TALL, DARK) for name in BOTH),
    *((name, VAST, DARK) for name in ROOMY),
]


@pytest.mark.parametrize(
    ("name", "size", "theme"), PICTURES, ids=[f"{name}-{size[0]}-{theme}" for name, size, theme in PICTURES]
)
def test_the_screen_looks_as_it_did(snap_compare: Compare, name: str, size: tuple[int, int], theme: str) -> None:
    shot = SHOTS[name]
    with staged(shot, theme, courses.load(COURSE)) as app:
        assert snap_compare(app, terminal_size=shot.size or size, run_before=partial(_play, shot=shot))


@pytest.mark.parametrize("name", BOTH)
def test_without_colours_the_screen_looks_as_it_did(
    snap_compare: Compare, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    with staged(SHOTS[name], DARK, courses.load(COURSE)) as app:
        assert snap_compare(app, terminal_size=LOW, run_before=partial(_play, shot=SHOTS[name]))


async def _play(pilot: Pilot[None], shot: Shot) -> None:
    await play(pilot, shot)
    narrow = pilot.app.screen.has_class("-narrow")
    for key in pilot.app.screen.query(FooterKey):
        assert narrow or key.region.right <= pilot.app.size.width, f"the keys have no room: {key.description}"
