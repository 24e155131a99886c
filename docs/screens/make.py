"""Makes the screenshots in this folder, from the app as it is: `make screenshots`.

Every figure in them is true.  The grader checks a file with one slip in it, the benches compute, and the runs are
trained for the pictures on the built-in sample, whose name stands beside what came out.  Only how far the learner of
the map has come is a scene: the one of the snapshot tests.
"""

import asyncio
import os
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))

from tests.tui import scenes  # noqa: E402 - from the folder that was just added
from tests.tui.shots import Shot, play  # noqa: E402
from tfl import course as courses  # noqa: E402
from tfl import workspace as workspaces  # noqa: E402
from tui.app import TflApp  # noqa: E402
from tui.learner import Learner  # noqa: E402

SIZE = (120, 36)
STRATEGIES = ("final-layer", "full")  # that are trained for the pictures
RIGHT, SLIP = "angle[:, : d_model // 2].cos()", "angle[:, : d_model // 2].sin()"  # the cosine is forgotten


def half_way(course: courses.Course) -> Learner:
    """Somebody in the middle of stage 3."""
    return scenes.learner(course)


def slipped(course: courses.Course) -> Learner:
    """Somebody whose exercise 1 is all but right."""
    made, _ = workspaces.create(Path("my-course"), course)
    exercise = course.exercise("exercise1")
    solution = course.solution(exercise).read_text(encoding="utf-8")
    assert RIGHT in solution, "the solution of exercise 1 is another one now: choose another slip"
    made.path(exercise).write_text(solution.replace(RIGHT, SLIP), encoding="utf-8")
    return Learner(made.folder)


SHOTS = {  # file → what it shows
    "map": Shot(until="goes on with", learner=half_way),
    "lesson": Shot("2.4", until="told apart", learner=half_way),
    "exercise": Shot("exercise1", until="where it differs", learner=slipped),
    "layers": Shot("layers", ("… reviews/s", "up", "up", "up", "up", "up", "up", "space"), "reviews/s", half_way),
    "prediction": Shot("prediction", until="positive +", learner=half_way),
    "runs": Shot("runs", until="◆ best", learner=half_way),
}


async def main() -> None:
    """Train the runs, then draw every screen."""
    for strategy in STRATEGIES:
        command = [Path(sys.executable).with_name("tfl"), "train", strategy, "--corpus", "sample"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    for name, shot in SHOTS.items():
        app = TflApp(Path("runs"), shot.learner(courses.load()), shot.place)
        async with app.run_test(size=SIZE) as pilot:
            await play(pilot, shot)
            (HERE / f"{name}.svg").write_text(app.export_screenshot(title="tfl-tui"), encoding="utf-8")
        print(HERE / f"{name}.svg")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        for variable in ("TFL_DATA", "TFL_CACHE", "TFL_CONFIG", "TFL_RUNS"):
            os.environ[variable] = str(Path(folder) / variable.lower().removeprefix("tfl_"))
        os.chdir(folder)
        asyncio.run(main())
