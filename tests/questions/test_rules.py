"""Rule sets: closed to mistakes, explained constant by constant, open to a user's own."""

from pathlib import Path
from typing import Any

import pytest

from vsidata.constant import StatedConstant
from vsidata.errors import OptionError, RulesError
from vsidata.questions.rules import RULE_SETS, load_rules


def constants_of(data: Any, at: str = "") -> list[tuple[str, dict[str, Any]]]:
    if isinstance(data, dict):
        if set(data) == set(StatedConstant.model_fields):
            return [(at, data)]
        return [found for key, value in data.items() for found in constants_of(value, f"{at}.{key}")]
    return []


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


@pytest.mark.parametrize("name", RULE_SETS)
def test_what_the_paper_held_out_is_asked_only_by_name(name: str) -> None:
    rules = load_rules(name)
    assert set(rules.topics) - set(rules.default_topics) == {"obj_appearance_order", "route_planning"}


def test_a_users_rules_need_only_say_what_differs(tmp_path: Path) -> None:
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


def test_the_digest_changes_with_what_rules_do_and_not_with_their_reasons(tmp_path: Path) -> None:
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
