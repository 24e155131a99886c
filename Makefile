# Each target does all the set-up it needs: a clean clone, Python 3.11 or newer and make are enough.

PYTHON := $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
PYTEST := $(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist worksteal
INSTALLED := .venv/.installed

.PHONY: demo test check bench results screenshots clean

demo: $(INSTALLED)  ## grade a reference solution, train every strategy on the built-in sample and compare them
	$(BIN)/tfl check exercise1 solutions/exercise1_positional_encoding.py
	TFL_RUNS=demo-runs $(BIN)/tfl compare --corpus sample

test: $(INSTALLED)  ## the tests
	$(PYTEST)

check: $(INSTALLED)  ## formatting, lint, spelling, types, import contracts, tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/codespell lessons exercises solutions docs README.md CONTRIBUTING.md
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/tfl course check
	$(PYTEST)

bench: $(INSTALLED)  ## the benchmarks, each a ratio against a named peer
	$(BIN)/python -m benchmarks.start
	$(BIN)/python -m benchmarks.grading
	$(BIN)/python -m benchmarks.classes
	$(BIN)/python -m benchmarks.attacks
	$(BIN)/python -m benchmarks.tui
	$(BIN)/python -m benchmarks.training

results: $(INSTALLED)  ## lessons/results.json, its plots and the README's table, from runs on the real corpora
	$(BIN)/python -m tfl.results
	$(BIN)/python -m tfl.results readme

screenshots: $(INSTALLED)  ## docs/screens/*.svg, from the app as it is
	$(BIN)/python docs/screens/make.py

clean:  ## remove what these targets made, except .venv
	rm -rf build dist demo-runs .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +

# The stamp is written last, so that an installation that broke off is made again.
$(INSTALLED): pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { echo "Python is missing: install Python 3.11 or newer."; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "$(PYTHON) is too old: install Python 3.11 or newer, or name one: make PYTHON=…"; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet -c constraints.txt -e '.[baseline,dev,serve]'
	touch $@
