"""Contenders take turns, and their medians are compared."""

from benchmarks.measure import in_turns, medians


def test_contenders_take_turns() -> None:
    order: list[str] = []

    def contender(name: str, figures: list[float]):
        def run() -> dict[str, float]:
            order.append(name)
            return {"task": figures.pop(0)}

        return run

    seconds = in_turns({"A": contender("A", [1, 9, 2]), "B": contender("B", [5, 5, 6])}, rounds=3)
    assert order == ["A", "B"] * 3
    assert seconds == {"task": {"A": [1, 9, 2], "B": [5, 5, 6]}}
    assert medians(seconds) == {"task": {"A": 2, "B": 5}}
