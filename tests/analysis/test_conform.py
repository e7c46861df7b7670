"""Released keys compared with our answers, and the reader of released questions."""

from dataclasses import replace
from pathlib import Path

import pytest

from vsidata.analysis.conform import Agreement, conform, measured_scenes, read_questions
from vsidata.errors import VsiError
from vsidata.sources.registry import open_source
from vsidata.topics.rule_set import load_rules


@pytest.fixture(scope="module")
def released(vsibench: Path) -> dict[str, Agreement]:
    rules = load_rules("vsibench")
    files = [vsibench / f"{part}_meta_info_val.json" for part in ("scannetpp", "arkitscenes")]
    scenes = measured_scenes(open_source("meta-info", files), rules)
    return conform(scenes, read_questions(vsibench / "questions.jsonl"), rules)


@pytest.mark.parametrize(
    ("question_types", "agreeing", "resolved"),
    [
        (["object_size_estimation"], 594, 594),
        (["room_size_estimation"], 200, 200),
        (["object_rel_distance"], 434, 434),
        ([f"object_rel_direction_{kind}" for kind in ("easy", "medium", "hard")], 611, 611),
        (["object_counting"], 338, 341),
    ],
)
def test_released_keys_follow_from_the_released_boxes(
    released: dict[str, Agreement], question_types: list[str], agreeing: int, resolved: int
) -> None:
    assert sum(released[kind].resolved for kind in question_types) == resolved
    assert sum(released[kind].agreeing for kind in question_types) == agreeing


def test_exact_distances_are_within_a_step_of_the_released_ones(released: dict[str, Agreement]) -> None:
    distances = released["object_abs_distance"]
    assert distances.relative_accuracy is not None
    assert distances.close is not None
    assert distances.relative_accuracy >= 0.962
    assert distances.close / distances.resolved >= 0.97


def test_every_unresolved_question_has_its_reason(released: dict[str, Agreement]) -> None:
    assert sum(agreement.released for agreement in released.values()) == 342 + 596 + 200 + 487 + 451 + 625
    for agreement in released.values():
        assert agreement.resolved == agreement.agreeing + len(agreement.differing)


def test_a_rule_set_of_few_topics_is_compared_on_these_topics(vsibench: Path) -> None:
    rules = load_rules("vsibench")
    few = replace(rules, topics={"object_counting": rules.topics["object_counting"]})
    found = conform({}, read_questions(vsibench / "questions.jsonl"), few)
    assert {kind: agreement.resolved for kind, agreement in found.items()} == {"object_counting": 0}


def row(key: str, options: str) -> str:
    known = '"dataset": "", "scene_name": "", "question_type": "", "question": ""'
    return f'{{{known}, "ground_truth": {key}, "options": {options}}}\n'


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("not json\n", "line 1"),
        ('{"dataset": "arkitscenes"}\n', "scene_name"),
        ("[]\n", "line 1"),
        (row('"E"', '["A. sink", "B. bed"]'), "line 1 has the ground_truth 'E'"),
        (row('"A"', "null"), "line 1 has the ground_truth 'A'"),
        (row("null", "null"), "line 1 has the ground_truth None"),
        (row('"0"', "null"), "line 1 has the ground_truth '0'"),
    ],
)
def test_a_file_that_is_not_one_of_the_benchmark_is_refused_with_its_line(
    tmp_path: Path, text: str, fault: str
) -> None:
    path = tmp_path / "questions.jsonl"
    path.write_text(text)
    with pytest.raises(VsiError, match=fault):
        list(read_questions(path))
