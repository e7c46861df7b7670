"""The questions of a build are balanced by the rules. The card states which questions were left out."""

from collections import Counter

import pyarrow.parquet as pq
import pytest

from tests.dataset import meta_info
from vsidata.pipeline.build import BuildOptions, build

RULES = """
extends: vsibench
name: even
why: for the test
balance:
  smallest: 0
  letters: null
  directions: 1
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    folder = tmp_path_factory.mktemp("balance")
    rooms = meta_info.write(folder / "rooms.json", 12)
    (folder / "even.yaml").write_text(RULES)
    return build(
        BuildOptions(out=folder / "out", meta_info=(rooms,), rules=folder / "even.yaml", holdout=0.4)
    )


@pytest.mark.parametrize("split", ["train", "validation"])
def test_written_directions_are_balanced_in_each_split_and_counted_before_and_after(built, split):
    rows = pq.read_table(built.out / "qa" / f"{split}-00000-of-00001.parquet").to_pylist()
    directions = Counter(
        (row["question_type"], row["answer"]) for row in rows if row["topic"] == "object_rel_direction"
    )
    tallies = built.manifest.balance[split]
    for kind in ("object_rel_direction_easy", "object_rel_direction_medium", "object_rel_direction_hard"):
        answers = tallies[kind].answers
        assert len({directions[kind, word] for word in answers}) == 1
        assert {word: after for word, (_, after) in answers.items()} == {
            word: directions[kind, word] for word in answers
        }
    assert sum(tally.questions[1] for tally in tallies.values()) == len(rows)


def test_left_out_questions_are_counted_by_reason_in_the_manifest_and_the_card(built):
    tallies = [tally for kinds in built.manifest.balance.values() for tally in kinds.values()]
    left_out = sum(before - after for before, after in (tally.questions for tally in tallies))
    drops = built.manifest.drops["object_rel_direction"]
    assert drops["balance: its direction is too common"] == left_out > 0
    card = (built.out / "README.md").read_text()
    assert "| object_rel_direction_easy | train |" in card
    assert "balance: its direction is too common" in card
