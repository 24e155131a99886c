"""`tfl-tui`: the terminal app.  It draws what `tfl` knows; heavy work happens in jobs."""
