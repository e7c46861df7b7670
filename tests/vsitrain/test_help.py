"""What every command says of itself: what it reads and writes, and whether it goes to the network."""

import pytest
from typer.main import get_command

from vsitrain.commands.app import app

COMMANDS = get_command(app).commands
FROM_THE_HUB = ("grpo", "sft", "dpo", "evaluate", "study", "score", "merge")


@pytest.mark.parametrize("name", COMMANDS)
def test_help_says_what_a_command_touches(name):
    said = " ".join(COMMANDS[name].help.split())
    assert "writ" in said.casefold()
    assert "read" in said.casefold()
    assert ("Hub" in said) == (name in FROM_THE_HUB)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_says_what_it_is(name):
    assert all(getattr(option, "help", None) for option in COMMANDS[name].params if option.name != "help")
