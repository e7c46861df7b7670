"""`python -m vsitrain`, which accelerate launches."""

from vsitrain.commands.app import main

main()
