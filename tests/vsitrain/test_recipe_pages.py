"""On the pages about the paper and general benchmarks, named files exist and costs are right."""

import re
from pathlib import Path

from tests.docs.pages import ROOT, commands
from tests.vsitrain.plan.planned import real_config
from vsitrain.models.starting_model import adapter_config, weights_dtype
from vsitrain.plan import clip_size, find_device, measure_model, plan, workload_of
from vsitrain.scoring.published import published_row, published_rows
from vsitrain.settings.config import read_config
from vsitrain.settings.recipe import read_recipe

RECIPES = ROOT / "recipes"
QUESTIONS = 114_600  # as the page says


REPRODUCE = commands(ROOT / "docs/reproduce.md")
GENERAL = commands(ROOT / "docs/evaluate.md", "General video benchmarks")


def named(option: str) -> list[str]:
    return [words[place + 1] for words in REPRODUCE for place, word in enumerate(words) if word == option]


def test_every_evaluated_model_is_trained_on_the_page_or_published():
    recipes = {Path(path) for path in named("--config") if "/data/" not in path}
    trained = {str(read_recipe(ROOT / path).settings["output_dir"]) for path in recipes}
    asked = set(named("--model"))
    assert {name for name in asked if not name.startswith("Qwen/")} == trained


def test_every_table_shows_evaluated_runs_and_every_row_of_the_paper_has_its_run():
    out = set(named("--out"))
    studied = {
        f"{words[words.index('--out') + 1]}/{mode}"
        for words in REPRODUCE
        if words[1] == "study"
        for mode in ("think", "observe", "vanilla")
    }
    shown = [
        word for words in REPRODUCE if words[1] == "table" for word in words if word.startswith("results/")
    ]
    shown = {word for word in shown if not word.endswith(".png")}
    assert shown <= out | studied
    # All of the paper's own results: 2 models in 3 modes, and 10 trained rows.
    assert len(shown) == sum(bool(row.run) for row in published_rows().values())
    assert all(published_row(name) for name in named("--published"))


def cost_of(recipe: str):
    """The plan of a recipe, for the frames and questions that the page states."""
    method = recipe.partition("/")[0]
    config = read_config(method, RECIPES / f"{recipe}.yaml", [], planned=True)
    options = config.options
    model = real_config("qwen2-vl-2b" if "2b" in recipe else "qwen2-vl-7b")
    clip = clip_size(
        model,
        frames=options.frames,
        height=480,
        width=640,
        min_pixels=options.min_pixels,
        max_pixels=options.max_pixels,
        input_mode=options.input_mode,
    )
    work = workload_of(
        method,
        config.training,
        questions=QUESTIONS,
        clip=clip,
        text_tokens=90,
        answer_tokens=8,
        dtype=weights_dtype(config.model, config.training),
        processes=1,
        sharding="none",
    )
    size = measure_model(model, lora=adapter_config(config.model))
    return plan(size, work, find_device("A100 80GB"))


def test_costs_are_those_of_the_plan():
    text = (ROOT / "docs/reproduce.md").read_text()
    rows = re.findall(r"^\| `(.+?)` \| ([\d,]+) \| ([\d.]+) \| ([\d.]+) \|$", text, re.M)
    recipes = [(ROOT / path).relative_to(RECIPES) for path in named("--config") if "/data/" not in path]
    trained = {str(path.with_suffix("")) for path in recipes}
    assert {name for name, *_ in rows} == trained
    for name, steps, memory, hours in rows:
        found = cost_of(name)
        assert found.fits
        assert (f"{found.schedule.steps:,}", f"{found.memory.total / 2**30:.1f}") == (steps, memory)
        assert f"{found.hours.gpu_hours:.1f}" == hours


def test_tasks_of_general_benchmarks_exist_in_lmms_eval(lmms_eval_wheel):
    tasks = set()
    for name in lmms_eval_wheel.namelist():
        if name.startswith("lmms_eval/tasks/") and name.endswith(("yaml",)):
            text = lmms_eval_wheel.read(name).decode()
            tasks |= set(re.findall(r"^(?:task|group):\s*[\"']?([\w-]+)", text, re.M))
    asked = [words[words.index("--tasks") + 1] for words in GENERAL if "lmms_eval" in words]
    assert len(asked) == 2
    assert len(set(asked)) == 1
    assert set(asked[0].split(",")) <= tasks
    program = lmms_eval_wheel.read("lmms_eval/__main__.py").decode()
    model = lmms_eval_wheel.read("lmms_eval/models/simple/qwen2_vl.py").decode()
    for words in (words for words in GENERAL if "lmms_eval" in words):
        for option in (word for word in words if word.startswith("--")):
            assert f'"{option}"' in program
        given = words[words.index("--model_args") + 1].split(",")
        assert all(f"{it.partition('=')[0]}:" in model for it in given)
    assert '"qwen2_vl"' in model
