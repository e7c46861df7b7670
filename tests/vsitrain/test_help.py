"""The help of every command: what it reads and writes, and whether it uses the network."""

import pytest
from typer.main import get_command

from vsitrain.commands.app import app

COMMANDS = get_command(app).commands
FROM_THE_HUB = ("grpo", "sft", "dpo", "evaluate", "study", "score", "merge")


@pytest.mark.parametrize("name", COMMANDS)
def test_help_names_the_files_and_network_that_a_command_uses(name):
    said = " ".join(COMMANDS[name].help.split())
    assert "writ" in said.casefold()
    assert "read" in said.casefold()
    assert ("Hub" in said) == (name in FROM_THE_HUB)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_has_a_help_text(name):
    assert all(getattr(option, "help", None) for option in COMMANDS[name].params if option.name != "help")
