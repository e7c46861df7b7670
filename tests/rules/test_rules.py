"""Rule sets: mistakes are refused, every constant is explained, and a user may add rules."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest

import vsidata
from vsidata.errors import OptionError, RulesError
from vsidata.measuring.measure import MeasurementRules
from vsidata.rules.constant import Labels, Rules, StatedConstant
from vsidata.topics.registry import TOPICS
from vsidata.topics.rule_set import RULE_SETS, load_rules


def constants_of(data: Any, at: str = "") -> list[tuple[str, dict[str, Any]]]:
    if isinstance(data, dict):
        if set(data) == set(StatedConstant.model_fields):
            return [(at, data)]
        return [found for key, value in data.items() for found in constants_of(value, f"{at}.{key}")]
    return []


def rules_within(model: type[Rules]) -> Iterator[type[Rules]]:
    """A model and all models in its fields, except constants and lists of labels."""
    yield model
    for field in model.model_fields.values():
        for part in parts_of(field.annotation):
            if issubclass(part, Rules) and part not in (StatedConstant, Labels):
                yield from rules_within(part)


def parts_of(annotation: Any) -> list[type]:
    inner = [part for argument in get_args(annotation) for part in parts_of(argument)]
    return inner or [annotation] * isinstance(annotation, type)


@pytest.mark.parametrize("model", [MeasurementRules, *(topic.rules for topic in TOPICS.values())])
def test_every_rule_is_read_somewhere(model: type[Rules]) -> None:
    # The benchmark's own generator computes a margin for large rooms, and never uses it.
    code = "".join(path.read_text() for path in Path(vsidata.__file__).parent.rglob("*.py"))
    names = {name for rules in rules_within(model) for name in rules.model_fields} - {"why", "source"}
    assert {name for name in names if not re.search(rf"\.{name}\b", code)} - {"by_default"} == set()


DIRECTIONS = """\
extends: wide
topics:
  object_rel_direction:
    kinds:
      object_rel_direction_easy:
        sectors: {{{}}}
"""


@pytest.mark.parametrize("name", RULE_SETS)
def test_every_constant_of_a_shipped_rule_set_has_its_reason_and_its_source(name: str) -> None:
    found = constants_of(load_rules(name).resolved)
    assert len(found) > 5
    assert [at for at, constant in found if not (constant["why"] and constant["source"])] == []


@pytest.mark.parametrize(
    ("text", "line", "word"),
    [
        ("extends: wide\nname: mine\nwhy: x\ntopics:\n  object_counting:\n    leest: 3\n", 6, "leest"),
        ("extends: wide\nname: mine\nwhy: x\ntopics:\n  counting: {}\n", 5, "counting"),
        (
            "extends: wide\nname: mine\nwhy: x\ntopics:\n  object_counting:\n    least: many\n",
            6,
            "many",
        ),
        ("extends: wide\nname: mine\nwhy: x\nmeasurement:\n  box: round\n", 5, "round"),
        ("extends: wide\nmeasurement:\n  smallest: {value: 20, unit: deg}\n", 3, "`m`, not `deg`"),
        ("extends: wide\ntopics:\n  object_counting:\n    least: 2.5\n", 4, "whole number"),
        ("extends: wide\ntopics:\n  object_counting:\n    most_unannotated: 50\n", 4, "from 0 to 1"),
        ("extends: wide\ntopics:\n  object_rel_distance:\n    options: 27\n", 4, "from 2 to 26"),
        ("extends: wide\ntopics:\n  object_counting:\n    question: 'Any {thing}s?'\n", 4, "{category}"),
        ("extends: wide\ntopics:\n  object_counting:\n    question: 'Any things?'\n", 4, "{category}"),
        (DIRECTIONS.format("left: [0, 200], right: [180, 360]"), 6, "`right` starts within `left`"),
        (DIRECTIONS.format("left: [350, 10], right: [0, 200]"), 6, "`right` starts within `left`"),
        (DIRECTIONS.format("left: [0, 360]"), 6, "`left` ends where it starts"),
        ("extends: wide\nname: mine\nwhy: x\nname: yours\n", 4, "name"),
        ("extends: wide\nname: mine\nwhy: [\n", None, "YAML"),
        ("extends: narrow\nname: mine\nwhy: x\n", None, "narrow"),
    ],
)
def test_a_mistake_in_a_users_rules_is_named_with_its_line(
    tmp_path: Path, text: str, line: int | None, word: str
) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(text)
    with pytest.raises(RulesError) as caught:
        load_rules(path)
    assert word in str(caught.value)
    if line is not None:
        assert caught.value.file == str(path)
        assert f"line {line}:" in caught.value.fault


@pytest.mark.parametrize("name", ["wide", "vsibench", "vsi100k"])
def test_topics_that_the_paper_held_out_are_asked_only_by_name(name: str) -> None:
    rules = load_rules(name)
    assert set(rules.topics) - set(rules.default_topics) == {"obj_appearance_order", "route_planning"}


def test_a_users_rules_need_only_state_the_differences(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(
        "extends: wide\nname: mine\nwhy: larger gaps\ntopics:\n  object_rel_distance:\n    min_gap: 0.3\n"
    )
    mine, wide = load_rules(path), load_rules("wide")
    assert mine.topics["object_rel_distance"].min_gap.value == 0.3
    assert wide.topics["object_rel_distance"].min_gap.value == 0.15
    assert mine.topics["object_rel_distance"].question == wide.topics["object_rel_distance"].question
    assert mine.topics["object_counting"] == wide.topics["object_counting"]
    assert mine.label.startswith("mine@")


def test_rules_without_a_name_get_the_name_of_their_file(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("extends: wide\n")
    assert load_rules(path).label.startswith("mine@")


def test_a_bare_number_is_the_same_rule_as_one_with_its_unit(tmp_path: Path) -> None:
    path = tmp_path / "wide.yaml"
    path.write_text("extends: wide\ntopics: {object_rel_distance: {min_gap: 0.15}}\n")
    assert load_rules(path).digest == load_rules("wide").digest


def test_the_digest_depends_on_the_rules_and_not_on_their_reasons(tmp_path: Path) -> None:
    def digest(text: str) -> str:
        path = tmp_path / "mine.yaml"
        path.write_text(f"extends: wide\nname: mine\n{text}")
        return load_rules(path).digest

    assert digest("why: one\n") == digest("why: another\n")
    assert digest("why: one\n") != digest(
        "why: one\ntopics:\n  object_rel_distance:\n    min_distance: 0.16\n"
    )


def test_rules_that_extend_themselves_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("extends: b.yaml\nname: a\nwhy: x\n")
    (tmp_path / "b.yaml").write_text("extends: a.yaml\nname: b\nwhy: x\n")
    with pytest.raises(RulesError, match="extends itself"):
        load_rules(tmp_path / "a.yaml")


def test_a_cap_from_the_command_line_names_a_topic_that_is_asked() -> None:
    capped = load_rules("wide").with_caps({"object_abs_distance": 3})
    assert capped.topics["object_abs_distance"].per_scene.whole == 3
    assert capped.digest != load_rules("wide").digest
    with pytest.raises(OptionError, match="object_abs_distance"):
        load_rules("wide").with_caps({"absolute_distance": 3})
