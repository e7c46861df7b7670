"""From a recipe and the command line to the settings of a run."""
