"""Settings of a run, read from a recipe and the command line."""
