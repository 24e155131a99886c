"""`tfl …`: parse, call the engine, print.  Torch is never imported here: heavy work goes to `tfl.jobs`.

Every command is a module of its own with `app = typer.Typer(add_completion=False)`.  It is listed in
`cli.main.COMMANDS` and imported when it is called.
"""
