"""`vsidata audit` finds the faults that were put into questions, and writes them down."""

import json
import shutil
from math import radians

import numpy as np
import pytest

from tests.analysis import made_questions as made
from tests.analysis.command import vsidata, vsidata_alone
from tests.dataset.meta_info import write as write_meta_info
from vsidata.analysis.audit.audit import audit, questions_of_file
from vsidata.analysis.audit.margins import margins
from vsidata.analysis.audit.repeats import repeats
from vsidata.analysis.audit.shares import letter_shares, word_shares
from vsidata.analysis.blind.blind_question import read_blind_questions
from vsidata.topics.rule_set import load_rules

pytestmark = pytest.mark.usefixtures("few_trees")

# The scores of the best constants of the complete VSI-Bench on the available rooms.
CONSTANTS = {
    "object_counting": ("2", 58.9),
    "object_abs_distance": ("1.9", 31.5),
    "object_size_estimation": ("93", 30.2),
    "room_size_estimation": ("16.2", 32.1),
}


@pytest.fixture(scope="module")
def released(vsibench):
    return audit(questions_of_file(vsibench / "questions.jsonl"))


@pytest.mark.parametrize("kind", CONSTANTS)
def test_constants_get_their_known_scores_on_the_released_questions(released, kind):
    answer, score = CONSTANTS[kind]
    own = released["scores"]["types"][kind]
    assert own["benchmark"]["answer"] == answer
    assert 100 * own["benchmark"]["score"] == pytest.approx(score, abs=0.2)
    # The best constant of these questions alone is at least as good, and not much better.
    assert score - 0.05 <= 100 * own["constant_in_sample"]["score"] <= score + 1.5


def test_released_sizes_are_guessed_from_the_category(released):
    own = released["scores"]["types"]["object_size_estimation"]
    assert 100 * own["category_constant"]["score"] == pytest.approx(69.4, abs=0.5)
    assert own["forest"]["score"] >= own["category_constant"]["score"] - 0.01


def test_released_letters_are_even_and_directions_are_not(released):
    assert all(own["p"] > 0.01 for own in released["letters"].values())
    assert released["words"]["object_rel_direction_medium"]["p"] < 1e-9
    assert released["words"]["object_rel_direction_easy"]["p"] > 0.01


def test_topics_have_equal_weight_for_any_numbers_of_questions(released):
    topics = released["scores"]["topics"]
    assert len(topics) == 8
    kinds = [released["scores"]["types"][f"object_rel_direction_{it}"] for it in ("easy", "medium", "hard")]
    direction = np.mean([own["forest"]["score"] for own in kinds])
    assert topics["object_rel_direction"]["forest"]["score"] == pytest.approx(direction)
    mean = np.mean([own["forest"]["score"] for own in topics.values()])
    assert released["scores"]["macro"]["forest"]["score"] == pytest.approx(mean)


def test_repeated_and_contradicting_questions_are_counted():
    rows = [
        made.size("scene0001_00", "bed", 200),
        made.size("scene0001_00", "bed", 200),  # the same question
        made.size("scene0001_00", "bed", 210),  # the same question with another answer
        made.size("scene0001_01", "bed", 220),  # a rescan, a tenth longer
        made.size("scene0001_01", "tv", 100),
        made.size("scene0002_00", "bed", 100),  # another room
        made.nearest("scene0003_00", "bed", ["tv", "sofa"], "tv"),
        # The same question with its options in another order, and so with another letter.
        {
            **made.nearest("scene0003_01", "bed", ["tv", "sofa"], "tv"),
            "options": ["A. sofa", "B. tv"],
            "ground_truth": "B",
        },
        made.nearest("scene0004_00", "bed", ["tv", "sofa"], "tv"),
        made.nearest("scene0004_01", "bed", ["tv", "sofa"], "sofa"),
    ]
    found = repeats(read_blind_questions(rows))
    assert found["within_scene"] == {"object_size_estimation": {"repeated": 2, "contradicted": 1}}
    assert found["rescans"]["rooms"] == 3
    assert found["rescans"]["types"]["object_rel_distance"] == {"asked_again": 2, "differing": 1}
    sizes = found["rescans"]["types"]["object_size_estimation"]
    assert (sizes["asked_again"], sizes["differing"]) == (1, 1)
    assert sizes["apart"] == pytest.approx({"median": 0.1, "p90": 0.1, "most": 0.1})
    assert found["across_rooms"]["object_size_estimation"] == {"texts": 2, "shared": 1, "questions": 5}


def test_letters_are_counted_by_the_number_of_options():
    four = [made.nearest(f"r{i}", "bed", ["a", "b", "c", "d"], "abcd"[i % 4]) for i in range(40)]
    two = [made.nearest(f"r{i}", "bed", ["a", "b"], "a") for i in range(20)]
    found = letter_shares(read_blind_questions(four + two))
    even, uneven = found["object_rel_distance, 4 options"], found["object_rel_distance, 2 options"]
    assert even["p"] == pytest.approx(1)
    assert uneven["answers"]["A"]["share"] == 1
    assert uneven["answers"]["B"]["count"] == 0
    assert uneven["p"] < 1e-4
    # Wilson's interval of 20 of 20, by hand: 20 / (20 + 1.96²).
    assert uneven["answers"]["A"]["low"] == pytest.approx(20 / (20 + 1.959964**2))


def test_directions_are_counted_and_objects_are_not():
    rows = [made.direction(f"r{i}", "easy", ("a", "b", "c"), ["left", "right"], "left") for i in range(9)]
    rows += [made.nearest(f"r{i}", "bed", [f"{i}{it}" for it in "abcd"], f"{i}a") for i in range(9)]
    found = word_shares(read_blind_questions(rows))
    assert list(found) == ["object_rel_direction_easy"]
    assert found["object_rel_direction_easy"]["answers"]["left"]["count"] == 9


def test_margins_are_compared_with_the_rules():
    widths = radians(10) * np.array([0.5, 1.2, 1.4, 1.7, 3.0])
    rows = [
        made.direction(f"r{i}", "easy", ("a", "b", "c"), ["left", "right"], "left") | {"margin": width}
        for i, width in enumerate(widths.tolist())
    ]
    rows.append(made.size("r", "bed", 200) | {"margin": None})
    found = margins(read_blind_questions(rows, made.TOPICS), made.TOPICS, load_rules("wide").described)
    assert list(found) == ["object_rel_direction_easy"]
    own = found["object_rel_direction_easy"]
    assert own["limit"] == pytest.approx(radians(10))
    assert (own["below"], own["within_half"], own["within_once"]) == pytest.approx((0.2, 0.6, 0.8))
    assert own["quantiles"][0] == pytest.approx(widths[0])
    assert own["quantiles"][10] == pytest.approx(widths[2])
    assert len(own["quantiles"]) == 21


def test_numbers_that_are_not_positive_are_left_out_and_counted():
    rows = [made.distance(f"r{i}", "bed", "tv", ("0.0", "1.5", "2.0")[i % 3]) for i in range(30)]
    found = audit(read_blind_questions(rows))
    assert found["left_out"] == 10
    assert found["questions"] == 30
    assert found["scores"]["types"]["object_abs_distance"]["questions"] == 20


def test_a_question_type_about_too_few_rooms_is_not_guessed_but_listed():
    rows = [made.size(f"r{i}", "bed", 200 + i) for i in range(9)] + [made.count("r0", "bed", 2)]
    found = audit(read_blind_questions(rows))
    own = found["scores"]["types"]["object_counting"]
    assert own["constant_in_sample"]["score"] == 1
    assert own["constant"] is own["forest"] is own["gain"] is own["category_constant"] is None
    assert found["scores"]["macro"]["forest"] is None


# --- the command


TOPICS = "object_counting,object_rel_direction,object_rel_distance"


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    folder = tmp_path_factory.mktemp("audited")
    rooms = write_meta_info(folder / "rooms.json", 12)
    ran = vsidata("build", "--meta-info", rooms, "--out", folder / "qa", "--workers", 1, "--topics", TOPICS)
    assert ran.returncode == 0, ran.stderr
    return folder / "qa"


def test_audit_of_a_build_is_written_and_printed(built):
    ran = vsidata("audit", built)
    assert (ran.returncode, ran.stderr) == (0, "")
    found = json.loads((built / "audit.json").read_text())
    manifest = json.loads((built / "manifest.json").read_text())
    assert found["questions"] == sum(sum(them.values()) for them in manifest["questions"].values())
    assert found["scenes"] == found["rooms"] == 12
    assert found["qa"] == {
        path: shard["sha256"] for path, shard in manifest["files"].items() if path.startswith("qa/")
    }
    assert found["margins"]["object_rel_direction_easy"]["below"] == 0
    assert {*found["scores"]["topics"]} == {
        topic for them in manifest["questions"].values() for topic in them
    }
    for topic in found["scores"]["topics"]:
        assert topic in ran.stdout
    assert vsidata("verify", built).returncode == 0
    before = (built / "audit.json").read_bytes()
    again = vsidata_alone("audit", built, PYTHONHASHSEED="7")
    assert (again.returncode, again.stderr, again.stdout) == (0, "", ran.stdout)
    assert (built / "audit.json").read_bytes() == before


def test_audit_as_json_writes_nothing(built):
    (built / "audit.json").unlink(missing_ok=True)
    ran = vsidata("audit", built, "--json", "--seed", 1)
    assert json.loads(ran.stdout)["seed"] == 1
    assert not (built / "audit.json").exists()


def a_folder(tmp_path):
    return [tmp_path], "no manifest.json"


def neither(_):
    return [], "a build or --questions"


def a_missing_file(tmp_path):
    return ["--questions", tmp_path / "none.jsonl"], "cannot be read"


def an_empty_file(tmp_path):
    (tmp_path / "empty.jsonl").write_text("")
    return ["--questions", tmp_path / "empty.jsonl"], "contains no questions"


def no_questions(tmp_path):
    (tmp_path / "other.jsonl").write_text('{"question": "?"}\n')
    return ["--questions", tmp_path / "other.jsonl"], "has no column"


def one_room(tmp_path):
    rows = [made.size("scene0001_00", word, 200) for word in "abcdefgh"]
    (tmp_path / "one.jsonl").write_text("\n".join(json.dumps(row) for row in rows))
    return ["--questions", tmp_path / "one.jsonl"], "about 1 room"


@pytest.mark.parametrize(
    "mistake", [a_folder, neither, a_missing_file, an_empty_file, no_questions, one_room]
)
def test_inputs_that_cannot_be_audited_are_refused_with_a_reason(tmp_path, mistake):
    arguments, reason = mistake(tmp_path)
    ran = vsidata("audit", *arguments)
    assert ran.returncode == 2
    assert reason in ran.stderr
    assert "Traceback" not in ran.stderr


def damage(path):
    path.write_bytes(path.read_bytes()[:100] + b"no Parquet")


def remove(path):
    path.unlink()


@pytest.mark.parametrize(("harm", "reason"), [(damage, "cannot be read"), (remove, "is missing")])
def test_a_shard_that_cannot_be_read_is_named(built, tmp_path, harm, reason):
    broken = shutil.copytree(built, tmp_path / "broken", ignore=shutil.ignore_patterns("audit.json"))
    (shard,) = (broken / "qa").glob("*.parquet")
    harm(shard)
    ran = vsidata("audit", broken)
    assert ran.returncode == 2
    assert shard.name in ran.stderr
    assert reason in ran.stderr
    assert not (broken / "audit.json").exists()
