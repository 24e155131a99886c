"""Running a few lines in a process that has put up walls, and reading what it says."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

BEFORE = """
import json, os, sys
from pathlib import Path
"""


def told(code: str, *arguments: object) -> Any:
    """What a process prints at last, as JSON."""
    ran = subprocess.run(
        [sys.executable, "-c", BEFORE + code, *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[3],
    )
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout.splitlines()[-1])


TRY = """
def tried(**attempts):
    found = {}
    for name, attempt in attempts.items():
        try:
            attempt()
            found[name] = "done"
        except OSError as error:
            found[name] = type(error).__name__
    print(json.dumps(found))
"""
