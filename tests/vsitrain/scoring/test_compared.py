"""Tables of runs: gains, distances from the paper, references, published rows, formats, the picture."""

import csv
import io
from dataclasses import replace
from statistics import fmean

import pytest
from PIL import Image

from tests.vsitrain.scoring import evaluations
from tests.vsitrain.scoring.answers import rows
from vsidata.errors import OptionError
from vsitrain.commands.app import main
from vsitrain.scoring import score
from vsitrain.scoring.compare_runs import ComparedRow, compare_runs, row_of
from vsitrain.scoring.layouts import FORMATS, LAYOUTS
from vsitrain.scoring.published import published_beside, published_row, published_rows
from vsitrain.scoring.references import REFERENCES
from vsitrain.scoring.tasks import TASKS

MODELS = LAYOUTS["models"]


def test_published_averages_are_the_means_of_their_tasks_with_one_noted_exception():
    odd = {
        row.name for row in published_rows().values() if abs(fmean(row.figures.values()) - row.average) > 0.11
    }
    assert odd == {"Qwen2-VL-2B (think)"}
    assert all(list(row.figures) == list(TASKS) for row in published_rows().values())


def test_a_gain_is_the_difference_to_the_base():
    base = ComparedRow("base", 30.0, dict.fromkeys(TASKS, 30.0))
    row = ComparedRow("run", 35.25, {"object_counting": 20.0}, against=base)
    line = FORMATS["markdown"]([base, row], MODELS).splitlines()[-1]
    assert line == "| run | – | 35.2 (+5.2) | 20.0 (-10.0) | – | – | – | – | – | – | – |"


def test_formats_have_the_same_content():
    asked, _ = rows()
    computed = row_of("key_run", score(asked, REFERENCES["key"][1](asked)))
    theirs = published_row("vsGRPO-V-2B")
    table = [computed, ComparedRow(theirs.name, theirs.average, theirs.figures, kind="published")]
    markdown, text, latex = (FORMATS[name](table, MODELS) for name in ("markdown", "csv", "latex"))
    assert "vsGRPO-V-2B (published) | – | 35.4 | 53.6" in markdown
    read = list(csv.DictReader(io.StringIO(text)))
    assert (read[0]["average"], read[1]["kind"], read[1]["object_counting"]) == ("100.0", "published", "53.6")
    assert r"key\_run & -- & 100.0 & 100.0" in latex
    assert latex.count(r"\\") == 3
    assert latex.count(r"\midrule") == 2


def test_mode_is_in_every_format():
    row = replace(ComparedRow("run", 1.0, dict.fromkeys(TASKS, 1.0)), mode="think")
    assert FORMATS["markdown"]([row], LAYOUTS["modes"]).splitlines()[2].startswith("| run | think | 1.0 |")
    assert r"run & think & 1.0" in FORMATS["latex"]([row], LAYOUTS["modes"])
    assert "run,think,run,1.0" in FORMATS["csv"]([row], LAYOUTS["modes"])


def test_error_for_an_unknown_row_lists_the_published_rows():
    with pytest.raises(OptionError, match="vsGRPO-V-2B"):
        published_row("vsGRPO-V-3B")


@pytest.mark.parametrize(
    ("trained", "asked", "name"),
    [
        (None, "vanilla", "Qwen2-VL-2B"),
        (None, "think", "Qwen2-VL-2B (think)"),
        (evaluations.TRAINED, "vanilla", "vsGRPO-V-2B"),
        ({**evaluations.TRAINED, "prompt": "think"}, "think", "vsGRPO-T-2B"),
        ({**evaluations.TRAINED, "prompt": "think"}, "vanilla", "vsGRPO-T-2B (vanilla)"),
        ({**evaluations.TRAINED, "method": "dpo"}, "vanilla", "Qwen2-VL-2B + DPO"),
        ({**evaluations.TRAINED, "start": "weights/Qwen2-VL-7B-Instruct/"}, "vanilla", "vsGRPO-V-7B"),
        ({**evaluations.TRAINED, "start": "runs/sft-2b"}, "vanilla", None),
        ({**evaluations.TRAINED, "prompt": "observe"}, "think", None),
    ],
)
def test_the_papers_row_is_that_of_the_same_model_method_and_modes(trained, asked, name):
    record = {"model": "Qwen/Qwen2-VL-2B-Instruct", "trained": trained, "prompt": {"name": asked}}
    found = published_beside(record)
    assert (found and found.name) == name


def test_every_row_of_the_papers_own_tables_can_be_found():
    """All rows except the two of models by other authors."""
    named = [row.run for row in published_rows().values() if row.run]
    assert len(named) == len(published_rows()) - 2
    assert len({tuple(sorted(run.items())) for run in named}) == len(named)


def test_comparison_contains_gains_distances_references_and_notes(tmp_path):
    base = evaluations.write(tmp_path / "base")
    run = evaluations.write(tmp_path / "run", 1.0, model="runs/run", trained=evaluations.TRAINED)
    found = compare_runs([run], base=base, paper=True, published=["GPT-4o"])
    named = {row.name: row for row in found.rows}
    assert list(named) == [
        *("base", "base − Qwen2-VL-2B", "run", "run − vsGRPO-V-2B"),
        *("at random", "best constant", "best for the same words", "the key itself"),
        *("Qwen2-VL-2B", "vsGRPO-V-2B", "GPT-4o"),
    ]
    assert named["run"].average == named["the key itself"].average == 100
    assert named["run − vsGRPO-V-2B"].average == pytest.approx(100 - 35.4)
    assert named["run − vsGRPO-V-2B"].figures["object_counting"] == pytest.approx(100 - 53.6)
    assert named["run"].against is named["base"]
    low, high = named["base"].spans[""]
    assert low < named["base"].average < high
    assert any("5,130 questions, the other rows for 300" in note for note in found.notes)
    assert any("between centres: not known" in note for note in found.notes)
    bare = compare_runs([run], references=False)
    assert [row.name for row in bare.rows] == ["run"]


def test_modes_of_a_study_have_the_name_of_the_model_and_their_gain_over_vanilla(tmp_path):
    shares = {"think": 0.5, "observe": 0.0, "vanilla": 0.2}
    for mode, share in shares.items():
        evaluations.write(tmp_path / "qwen2-vl-2b" / mode, share, prompt={"name": mode})
    rows = compare_runs([tmp_path / "qwen2-vl-2b" / mode for mode in shares], by_mode=True, paper=True).rows
    runs = [row for row in rows if row.kind == "run"]
    assert [(row.name, row.mode) for row in runs] == [("qwen2-vl-2b", mode) for mode in shares]
    assert [row.against for row in runs] == [runs[2], runs[2], None]
    assert [row.mode for row in rows if row.kind == "published"] == list(shares)
    think = FORMATS["markdown"](rows, LAYOUTS["modes"]).splitlines()[2]
    assert think.startswith(f"| qwen2-vl-2b | think | {runs[0].average:.1f} (+")


def test_runs_with_different_questions_are_not_compared(tmp_path):
    runs = [evaluations.write(tmp_path / name, count=count) for name, count in (("one", 300), ("two", 200))]
    with pytest.raises(OptionError, match="has other questions than the first evaluation: 200, not 300"):
        compare_runs(runs)


def test_command_prints_a_table_and_notes_on_standard_error_and_draws(tmp_path, monkeypatch, capsys):
    base = evaluations.write(tmp_path / "base")
    run = evaluations.write(tmp_path / "run", 1.0, model="mine/other")
    picture = tmp_path / "plot.png"
    words = [str(run), "--base", str(base), "--paper", "--published", "vsGRPO-V-2B", "--plot", str(picture)]
    monkeypatch.setattr("sys.argv", ["vsitrain", "table", *words])
    with pytest.raises(SystemExit) as end:
        main()
    assert not end.value.code
    said = capsys.readouterr()
    lines = said.out.splitlines()
    assert [line.split(" | ")[0] for line in lines[2:5]] == [
        *("| base", "| base − Qwen2-VL-2B (difference)", "| run"),
    ]
    assert "100.0 (+" in lines[4]
    assert lines[-1].startswith("| vsGRPO-V-2B (published) | vanilla | 35.4")
    assert all(line.startswith("|") for line in lines)
    assert "The paper has no row for the model, method and prompt mode of run" in said.err
    with Image.open(picture) as drawn:
        assert drawn.width > 1000
        shades = drawn.convert("RGB").getcolors(1 << 24)
        assert any(blue > 150 > red and count > 100 for count, (red, _, blue) in shades)  # points of runs
    monkeypatch.setattr("sys.argv", ["vsitrain", "table", str(run), "--plot", str(tmp_path / "plot.txt")])
    with pytest.raises(SystemExit) as end:
        main()
    assert end.value.code == 2
    assert "Pass a .png" in capsys.readouterr().err
