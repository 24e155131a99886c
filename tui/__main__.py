"""`python -m tui`: what textual-serve starts for each browser."""

from tui.main import main

main()
