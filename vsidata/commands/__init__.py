"""The command line of vsidata."""
