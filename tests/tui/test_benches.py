"""Benches: each by itself, computed in another process."""

from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, OptionList

from tests.tui import scenes
from tests.tui.conftest import MakeRun, shown, until
from tests.tui.stand_in_jobs import StandInJob
from tfl.errors import ServiceError
from tfl.events import Failed, Progress, Result, Stage
from tui.app import TflApp
from tui.screens.train import TrainScreen
from tui.widgets.dial import Dial
from tui.widgets.heat_map import HeatMap


class Asked:
    """In the place of the service: answers from a table, and remembers what was asked."""

    alive = True

    def __init__(self, **answers: dict[str, Any]) -> None:
        self.answers, self.questions = answers, list[tuple[str, dict[str, Any]]]()

    def ask(self, question: str, **details: Any) -> dict[str, Any]:
        self.questions.append((question, details))
        if question not in self.answers:
            raise ServiceError("[b]No[/b] answer.", "Ask again.")
        return self.answers[question]

    def last(self, question: str) -> dict[str, Any]:
        return next((details for asked, details in reversed(self.questions) if asked == question), {})

    def close(self) -> None:
        """Nothing runs."""


def at(bench: str, monkeypatch: pytest.MonkeyPatch, service: object) -> TflApp:
    """The app at a bench."""
    monkeypatch.setattr(TflApp, "service", service)
    return TflApp(Path("runs"), place=bench)


def dial(pilot: Pilot[None], id: str) -> Dial:
    return pilot.app.screen.query_one(f"#{id}", Dial)


async def test_the_service_is_a_process_that_ends_with_the_app() -> None:
    app = TflApp(Path("runs"), place="layers")
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: "parameters learn" in shown(pilot))  # computed there, with torch
        service = app.service
        assert service.alive
    assert not service.alive


async def test_a_service_that_died_is_started_anew() -> None:
    app = TflApp(Path("runs"))
    async with app.run_test():
        first = app.service
        assert app.service is first
        first.close()
        second = app.service
        assert second is not first and second.alive
    assert not second.alive


async def test_an_answer_that_does_not_come_is_told_and_the_next_question_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = Asked()
    async with at("text", monkeypatch, asked).run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: "✗ [b]No[/b] answer." in shown(pilot))
        field = pilot.app.screen.query_one("#text0", Input)
        field.value = "[/] braces"
        await until(pilot, lambda: asked.last("tokens")["texts"][0] == "[/] braces")


async def test_positions_are_turned_with_dials(monkeypatch: pytest.MonkeyPatch) -> None:
    table = {
        "places": [0, 1],
        "features": [0, 1],
        "values": [[0.0, 1.0], [0.8, 0.5]],
        "chosen": 1,
        "alike": [0.5, 1.0],
        "code": [0.8, 0.5],
    }
    order = {"same": False, "same_words": True, "without": 0.0, "with": 0.4}
    asked = Asked(positions=table, order=order)
    async with at("positions", monkeypatch, asked).run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: "0.000  ✗" in shown(pilot) and "0.400  ✓" in shown(pilot))
        await until(pilot, lambda: "place 1 = [+0.80  +0.50]" in shown(pilot))
        assert pilot.app.screen.query_one(HeatMap).values
        width, length, chosen = (dial(pilot, id) for id in ("width", "length", "chosen"))
        width.focus()
        before = width.value
        await pilot.press("right")
        await until(pilot, lambda: asked.last("positions")["width"] == width.value != before)
        length.focus()
        await pilot.press(*["left"] * len(length.values))
        await until(pilot, lambda: asked.last("positions")["length"] == 8)
        assert len(chosen.values) == 8  # there are no other places any more
        chosen.focus()
        await pilot.press(*["right"] * 9)
        await until(pilot, lambda: asked.last("positions")["chosen"] == 7)
        pilot.app.screen.query_one("#first", Input).value = "dull , not good"
        await until(pilot, lambda: asked.last("order")["first"] == "dull , not good")


async def test_text_becomes_a_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    tokens = {
        "vocabulary": "the sample's reviews (synthetic)",
        "words": 4000,
        "texts": [{"tokens": ["not", "[/b]"], "ids": [7, 1]}, {"tokens": ["fine"], "ids": [9, 0]}],
        "mask": [[1, 1], [1, 0]],
        "padding": 0.25,
        "unknown": 1,
    }
    padding = {
        "corpus": "the sample",
        "reviews": 1200,
        "random": 0.4,
        "bucketed": 0.05,
        "example": {"random": [4, 9], "bucketed": [5, 5]},
    }
    asked = Asked(tokens=tokens, padding=padding)
    async with at("text", monkeypatch, asked).run_test(size=(120, 50)) as pilot:
        await until(pilot, lambda: "2 × 2 cells · 25% padding · 1 unknown word" in shown(pilot))
        assert "[/b]?" in shown(pilot) and "·" in shown(pilot)
        await until(pilot, lambda: "40.0%" in shown(pilot) and "5.0%" in shown(pilot) and "1,200" in shown(pilot))
        dial(pilot, "size").focus()
        await pilot.press("right")
        await until(pilot, lambda: asked.last("padding")["size"] == dial(pilot, "size").value)


async def test_layers_are_woken_named_timed_and_trained(monkeypatch: pytest.MonkeyPatch) -> None:
    app = at("layers", monkeypatch, scenes.StandInService())
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: "tfl train final-layer" in shown(pilot))
        await until(pilot, lambda: "at most ≈" in shown(pilot) and "one batch" in shown(pilot))
        app.screen.query_one(OptionList).focus()
        await pilot.press("home", "space")
        await until(pilot, lambda: "tfl train unfreeze --layers 'embedding.*'" in shown(pilot))
        assert "▣ learns embedding" in shown(pilot)
        await pilot.press("p")  # from random weights that is nobody's strategy
        await until(pilot, lambda: "nobody's strategy" in shown(pilot))
        await pilot.press("t")
        assert not isinstance(app.screen, TrainScreen)
        await pilot.press("p")
        await until(pilot, lambda: "tfl train unfreeze" in shown(pilot))
        await pilot.press("t")
        await until(pilot, lambda: isinstance(app.screen, TrainScreen) and app.screen.query_one("#layers", Input).value)
        assert app.screen.query_one("#layers", Input).value == "embedding.*"


async def test_two_runs_judge_what_is_typed(monkeypatch: pytest.MonkeyPatch, make_run: MakeRun) -> None:
    ids = {make_run("full").id, make_run("scratch").id}
    make_run("gradual", state="interrupted")
    words = [
        {"word": word, "known": known, "effect": effect}
        for word, known, effect in (("[b]", True, 0.9), ("bad", True, -0.2), ("zzz", False, 0.0))
    ]
    judged = {
        "predictions": [
            {"label": "positive", "probability": 0.83, "words": words},
            {"label": "negative", "probability": 0.38, "words": words},
        ]
    }
    asked = Asked(judge=judged)
    async with at("prediction", monkeypatch, asked).run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: "positive, 83.0% sure" in shown(pilot) and "negative, 62.0% sure" in shown(pilot))
        assert "[b]++" in shown(pilot) and "bad−" in shown(pilot) and "zzz?" in shown(pilot)
        assert set(asked.last("judge")["runs"]) == ids  # the interrupted one cannot judge
        dial(pilot, "run0").focus()
        await pilot.press("right")
        await until(pilot, lambda: len(set(asked.last("judge")["runs"])) == 1)
        asked.answers["judge"] = {"predictions": []}
        pilot.app.screen.query_one("#text", Input).value = ""
        await until(pilot, lambda: "There is no word in it." in shown(pilot))


async def test_without_a_run_there_is_nobody_to_judge(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = Asked()
    async with at("prediction", monkeypatch, asked).run_test() as pilot:
        await until(pilot, lambda: "No finished run can judge reviews yet." in shown(pilot))
    assert asked.questions == []


FILM = {
    "rank": 1,
    "film": "tt1",
    "title": "[b]Quiet[/b] [/]",
    "score": 0.94,
    "reviews": 12,
    "stars": 8.9,
    "review": {"row": 1, "excerpt": "[red]It takes[/red] the floor away.", "probability": 0.98, "stars": 9},
}
RANKED = {
    "run": "full-sample-s0",
    "corpus": "the sample",
    "films": 40,
    "reviews": 400,
    "correlations": [{"at_least": 1, "films": 40, "spearman": 0.81}],
    "top": [FILM],
    "bottom": [{**FILM, "rank": 40, "title": "", "stars": None}],
}


async def test_films_are_ranked_by_a_job_with_their_evidence(jobs: list[StandInJob]) -> None:
    app = TflApp(Path("runs"), place="recommender")
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: "Press enter" in shown(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: jobs)
        assert jobs[0].name == "recommend" and jobs[0].request["threads"] >= 1
        jobs[0].say(Stage(name="reading"), Failed(message="There is no run yet.", action="Train one."))
        await until(pilot, lambda: "✗ There is no run yet. Train one." in shown(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: len(jobs) == 2)
        jobs[1].say(Progress(stage="judging", done=1, total=2), Result(value=RANKED))
        await until(pilot, lambda: "best of 40 films by 400 reviews" in shown(pilot))
        for told in ("0.81 (Spearman)", "[b]Quiet[/b] [/]", "0.940", "★  8.9", "“[red]It takes[/red]", "9 of 10 stars"):
            assert told in shown(pilot)
        await pilot.press("w")
        await until(pilot, lambda: "worst of 40 films" in shown(pilot) and "tt1" in shown(pilot))


async def test_leaving_the_recommender_stops_its_job(jobs: list[StandInJob]) -> None:
    app = TflApp(Path("runs"), place="recommender")
    async with app.run_test() as pilot:
        await until(pilot, lambda: "Press enter" in shown(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: jobs)
        await pilot.press("escape")
        await until(pilot, lambda: jobs[0].stops == 1 and app.job is None)
