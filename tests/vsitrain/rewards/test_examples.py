"""The examples in the docstrings are right."""

import doctest
from importlib import import_module
from pkgutil import iter_modules

import pytest

from vsitrain import answers, rewards

MODULES = [
    f"{package.__name__}.{module.name}"
    for package in (answers, rewards)
    for module in iter_modules(package.__path__)
]


@pytest.mark.parametrize("name", MODULES)
def test_every_example_has_the_stated_result(name: str) -> None:
    assert doctest.testmod(import_module(name)).failed == 0


def test_every_reward_for_answers_shows_an_example() -> None:
    for function in rewards.REWARDS.values():
        assert ">>>" in function.__doc__
