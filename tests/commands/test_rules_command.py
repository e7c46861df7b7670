"""`vsidata rules` prints the rules that a build applies, and its output is a rule file again."""

import json

import pytest
import yaml
from typer.testing import CliRunner

from vsidata.commands.app import app
from vsidata.errors import RulesError
from vsidata.topics.rule_set import RULE_SETS, load_rules


def printed(*arguments: str) -> str:
    result = CliRunner().invoke(app, ["rules", *arguments], catch_exceptions=False)
    assert result.exit_code == 0
    return result.stdout


@pytest.mark.parametrize("name", RULE_SETS)
def test_every_constant_has_its_unit_and_reason(name):
    def constants(data):
        if isinstance(data, dict):
            if "why" in data and "value" in data:
                yield data
            for inner in data.values():
                yield from constants(inner)
        elif isinstance(data, list):
            for inner in data:
                yield from constants(inner)

    found = [*constants(yaml.safe_load(printed(name))["topics"])]
    assert found
    assert all(constant["unit"] and constant["why"] for constant in found)


def test_inherited_rules_are_filled_in(tmp_path):
    file = tmp_path / "mine.yaml"
    cap = "{value: 3, unit: count, why: few}"
    file.write_text(f"extends: wide\nwhy: fewer\ntopics:\n  object_counting:\n    per_scene: {cap}\n")
    resolved = json.loads(printed(str(file), "--json"))
    assert resolved["topics"]["object_counting"]["per_scene"]["value"] == 3
    assert resolved["topics"].keys() == load_rules("wide").topics.keys()
    assert printed(str(file)).splitlines()[0] == f"# {load_rules(file).label}"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("topic:\n", "topics"),
        ("topics:\n  object_count:\n", "object_counting"),
        ("topics:\n  object_counting:\n    per_scenes: 3\n", "per_scene"),
        ("balance:\n  letter: 3\n", "letters"),
    ],
)
def test_error_for_a_misspelt_key_suggests_the_right_key(tmp_path, written, meant):
    file = tmp_path / "mine.yaml"
    file.write_text(f"extends: wide\n{written}")
    with pytest.raises(RulesError) as raised:
        load_rules(file)
    assert raised.value.remedy == f"Did you mean `{meant}`?"
