"""The first run of docs/train.md, with its own commands, on a smaller demo and for fewer steps."""

import json

import pytest
import torch
from PIL import Image

from tests.docs.pages import ROOT, commands
from tests.vsitrain.tiny_runs import CLIPS, asked, parts
from vsidata.pipeline.build import BuildOptions, build
from vsidata.synthetic.write import write_scans
from vsitrain.families import encode
from vsitrain.runs.rollouts import read_rollouts


@pytest.mark.slow
def test_first_run_ends_with_a_model_that_loads_and_its_curves(tmp_path, forks):
    root = tmp_path / "demo" / "scans-root"
    write_scans(root, scenes=2, seed=3, frames=12, frame_size=(224, 168), vertices=20_000)
    build(
        BuildOptions(out=tmp_path / "demo" / "vsi100k", scannet_root=root, frames=4, holdout="50%", workers=1)
    )
    (tmp_path / "recipes").symlink_to(ROOT / "recipes")
    ran = [words for words in commands(ROOT / "docs/train.md", "First run") if words[0] == "vsitrain"][:5]
    assert [words[1] for words in ran] == ["tiny", "sft", "grpo", "curves", "evaluate"]
    for words in ran:
        shorter = ["--max_steps", "3"] if words[1] in ("sft", "grpo") else []
        done = forks.run("-m", *words, *shorter, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        said = forks.said_by_imports + done.stderr
        assert "Warning" not in said
        assert "deprecated" not in said
    assert json.loads((tmp_path / "demo" / "results" / "run.json").read_text())["split"] == "validation"
    run = tmp_path / "demo" / "cpu-grpo"
    model, processor = parts(run)
    start, _ = parts(tmp_path / "demo" / "cpu-sft")
    batch = encode(processor, [asked("How large?")], [CLIPS["scene_a"]])
    with torch.no_grad():
        assert not torch.equal(model(**batch).logits, start(**batch).logits)
    assert len(read_rollouts(run / "_rollouts")) == 3 * 64
    assert Image.open(run / "curves.png").width > 1000
