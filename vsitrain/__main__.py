"""Run `python -m vsitrain`; accelerate starts the program by this name."""

from vsitrain.commands.app import main

main()
