"""Tables of runs: gains, published rows, formats."""

import csv
import io
import json
from statistics import fmean

import pytest

from tests.vsitrain.scoring.test_score import rows
from vsidata.errors import OptionError
from vsitrain.cli import main
from vsitrain.scoring import score
from vsitrain.scoring.compared import FORMATS, Row, published_row, published_rows, row_of
from vsitrain.scoring.references import REFERENCES
from vsitrain.scoring.tasks import TASKS


def test_published_averages_are_the_means_of_their_tasks_but_for_the_one_that_is_noted():
    odd = {
        row.name for row in published_rows().values() if abs(fmean(row.figures.values()) - row.average) > 0.11
    }
    assert odd == {"Qwen2-VL-2B (think)"}
    assert all(list(row.figures) == list(TASKS) for row in published_rows().values())


def test_a_gain_is_the_difference_to_the_base():
    base = Row("base", 30.0, dict.fromkeys(TASKS, 30.0))
    row = Row("run", 35.25, {"object_counting": 20.0}, against=base)
    line = FORMATS["markdown"]([base, row]).splitlines()[-1]
    assert line == "| run | 35.2 (+5.2) | 20.0 (-10.0) | – | – | – | – | – | – | – |"


def test_formats_say_the_same():
    asked, _ = rows()
    computed = row_of("key_run", score(asked, REFERENCES["key"][1](asked)))
    table = [computed, published_row("vsGRPO-V-2B")]
    markdown, text, latex = (FORMATS[name](table) for name in ("markdown", "csv", "latex"))
    assert "vsGRPO-V-2B (published) | 35.4 | 53.6" in markdown
    read = list(csv.DictReader(io.StringIO(text)))
    assert (read[0]["average"], read[1]["published"], read[1]["object_counting"]) == ("100.0", "True", "53.6")
    assert r"key\_run & 100.0 & 100.0" in latex
    assert latex.count(r"\\") == 3


def test_a_row_that_nobody_published_is_answered_with_those_that_are():
    with pytest.raises(OptionError, match="vsGRPO-V-2B"):
        published_row("vsGRPO-V-3B")


def test_command_reads_evaluations(tmp_path, monkeypatch, capsys):
    asked, replies = rows(60)
    for name in ("base", "run"):
        (tmp_path / name).mkdir()
        texts = [
            row["ground_truth"] if name == "run" else it.reply for row, it in zip(asked, replies, strict=True)
        ]
        lines = [json.dumps({**row, "prediction": text}) for row, text in zip(asked, texts, strict=True)]
        (tmp_path / name / "predictions.jsonl").write_text("\n".join(lines))
    places = [str(tmp_path / "run"), "--base", str(tmp_path / "base"), "--published", "vsGRPO-V-2B"]
    monkeypatch.setattr("sys.argv", ["vsitrain", "table", *places])
    with pytest.raises(SystemExit) as end:
        main()
    assert not end.value.code
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(" | ")[0] for line in lines[2:]] == ["| base", "| run", "| vsGRPO-V-2B (published)"]
    assert "100.0 (+" in lines[3]
