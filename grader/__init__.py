"""Checks of a learner's work: observed inside a sandbox, judged outside it."""
