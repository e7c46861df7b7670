"""The command line of vsitrain."""
