"""Measured numbers on their way from runs to the lessons and the README.

    runs, comparison.json, benchmarks → groups of figures → lessons/results.json → placeholders in the texts
                                                          → the table in README.md

`python -m tfl.results` measures what is missing and writes; a number gets into `results.json` in no other way.
"""
