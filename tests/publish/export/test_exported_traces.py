"""Exports with reasoning: replies contain it before the answer, in the form that each framework trains on."""

import json
import re

import pyarrow.dataset as ds
import pytest

from vsidata.dataset.build import Build
from vsidata.errors import OptionError
from vsidata.publish.export.export import export
from vsidata.publish.export.registry import FORMS


@pytest.fixture(scope="module")
def answers(built):
    """Question → its right answers as a scorer compares them, in the scenes that it is about."""
    rows = ds.dataset(sorted((built / "qa").glob("*.parquet"))).to_table().to_pylist()
    found = {}
    for row in rows:
        found.setdefault(row["question"], set()).add(row["ground_truth"])
    return found


def replies(folder, to):
    """The user's message and the whole reply of each record."""
    text = (folder / f"train{FORMS[to].suffix}").read_text()
    records = [json.loads(line) for line in text.splitlines()] if FORMS[to].lines else json.loads(text)
    for record in records:
        if "messages" in record:
            user, assistant = record["messages"]
            yield user["content"], assistant["content"]
        else:
            yield record["problem"], f"{record['process']}\n{record['solution']}"


@pytest.mark.parametrize("to", [name for name, form in FORMS.items() if form.traces])
def test_every_reply_has_reasoning_and_then_the_answer(built, answers, tmp_path, to):
    found = list(replies(export(Build.open(built), to, tmp_path / "out", with_traces=True).out, to))
    assert len(found) > 20
    for asked, reply in found:
        reasoning, answer = re.fullmatch(
            r"<think>(.+)</think>\n<answer>(.+)</answer>", reply, re.DOTALL
        ).groups()
        assert "{" not in reasoning
        (question,) = [one for one in answers if one in asked]
        assert answer in answers[question]
    assert len({reply for _, reply in found}) > len(found) / 2


def test_the_same_build_has_the_same_reasoning(built, tmp_path):
    first, second = (
        export(Build.open(built), "ms-swift", tmp_path / name, with_traces=True).out for name in ("a", "b")
    )
    assert (first / "train.jsonl").read_bytes() == (second / "train.jsonl").read_bytes()


def test_a_framework_without_replies_is_refused(built, tmp_path):
    with pytest.raises(OptionError, match="easyr1, which has no replies") as caught:
        export(Build.open(built), "easyr1", tmp_path / "out", with_traces=True)
    assert "ms-swift" in caught.value.remedy
    assert not (tmp_path / "out").exists()
