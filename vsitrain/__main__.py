"""`python -m vsitrain`, which accelerate launches."""

from vsitrain.cli import main

main()
