"""`tfl doctor`."""

import typer

from cli import show
from cli.options import Json
from tfl.doctor import examine
from tfl.errors import EXIT_FAILED

GLYPHS = {"ok": "✓", "weak": "!", "bad": "✗"}

app = typer.Typer(add_completion=False)


@app.command()
def doctor(json: Json = False) -> None:
    """Look over this machine: what is there, what is weak (!), what is missing (✗), and what to do about it.

    Ends with exit code 1 when something needed is missing.

    \b
    Examples:
      tfl doctor
      tfl doctor --json
    """
    findings = []
    for finding in examine():
        findings.append(finding)
        if not json:
            show.line(f"{GLYPHS[finding.state]} {finding.name}: {finding.detail}")
            if finding.action:
                show.line(f"    {finding.action}")
    if json:
        show.print_json([finding.model_dump() for finding in findings])
    if any(finding.state == "bad" for finding in findings):
        raise typer.Exit(EXIT_FAILED)
