"""Entry point of `python -m vsitrain`, which accelerate uses."""

from vsitrain.commands.app import main

main()
