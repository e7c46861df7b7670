"""Every recipe, run for two steps on the tiny model: only sizes, folders and the machine differ."""

import json
from dataclasses import fields
from pathlib import Path

import pytest
import yaml

from tests.vsitrain import asked
from tests.vsitrain.data import builds
from vsidata.pipeline.options import read_options
from vsidata.topics.rule_set import load_rules
from vsitrain.runs.provenance import PROVENANCE
from vsitrain.settings.config import read_config
from vsitrain.settings.recipe import read_recipe
from vsitrain.trainers.preparation import prepare
from vsitrain.trainers.train import train

RECIPES = Path(__file__).parents[2] / "recipes"
DATA, ACCELERATE = RECIPES / "data", RECIPES / "accelerate"
OTHERS = (DATA, ACCELERATE, RECIPES / "slurm")
TRAINING = sorted({*RECIPES.rglob("*.yaml")} - {path for folder in OTHERS for path in folder.rglob("*")})
NEVER_RUN_HERE = {"use_vllm": "false"}
"""What needs a GPU is parsed, and switched off to run."""

SIZES = {
    "frames": "2",
    "max_pixels": "12544",
    "max_steps": "2",
    "gradient_accumulation_steps": "1",
    "max_completion_length": "8",
    "lora_r": "4",
    "warmup_steps": "0",
    "save_steps": "2",
}


def named(path: Path) -> str:
    return str(path.relative_to(RECIPES).with_suffix(""))


def method(path: Path) -> str:
    return next((name for name in ("sft", "dpo") if name in (path.parent.name, path.stem)), "grpo")


def words(settings) -> list[str]:
    return [word for key, value in settings.items() for word in (f"--{key}", str(value))]


@pytest.fixture(scope="module")
def data(tmp_path_factory) -> Path:
    folder = asked.build(tmp_path_factory.mktemp("recipes") / "build")
    frames = [builds.footage(scene, 3, (84, 84)) for scene in asked.SCENES[:1]]
    return builds.write(folder, asked.ROWS[:1], frames, split="validation")


@pytest.mark.slow
@pytest.mark.parametrize("recipe", TRAINING, ids=named)
def test_recipe_takes_two_steps(recipe, data, tiny, tmp_path):
    out = tmp_path / "run"
    group = read_recipe(recipe).settings.get("num_generations", 4)
    places = {"model_name_or_path": tiny(), "data": data, "output_dir": out, "dtype": "float32"}
    places |= {"topics": "null"}  # the data has few questions
    sizes = {**SIZES, "per_device_train_batch_size": group, "report_to": "none", **NEVER_RUN_HERE}
    if method(recipe) != "grpo":
        sizes = {
            key: value for key, value in sizes.items() if key not in ("max_completion_length", "use_vllm")
        }
    if "use_peft" not in read_recipe(recipe).settings:
        sizes.pop("lora_r")
    config = read_config(method(recipe), recipe, words({**places, **sizes}))
    assert train(prepare(method(recipe), config)).steps == 2
    assert (out / "checkpoint-2").is_dir()
    weights = "adapter_model.safetensors" if config.model.use_peft else "model.safetensors"
    assert (out / weights).is_file()
    stored = json.loads((out / PROVENANCE).read_text())["arguments"]
    assert stored["ModelConfig"]["lora_r"] == config.model.lora_r
    (name,) = stored.keys() - {"ModelConfig"}
    assert stored[name].keys() == {it.name for it in fields(config.training)} - {"hub_token"}
    assert stored[name]["learning_rate"] == config.training.learning_rate


def test_the_papers_settings_are_in_the_recipes_of_its_rows():
    for name, rate in {"2b-vanilla": 1e-5, "2b-think": 1e-5, "2b-observe": 1e-5, "7b-vanilla": 5e-6}.items():
        recipe = RECIPES / f"grpo/qwen2-vl-{name}.yaml"
        given = read_config("grpo", recipe, [])
        assert given.model.model_name_or_path == f"Qwen/Qwen2-VL-{name[:2].upper()}-Instruct"
        assert given.training.learning_rate == rate
        assert given.training.num_generations == 14
        assert given.training.temperature == 1
        assert given.training.beta == 1e-4
        assert given.training.loss_type == "grpo"
        assert given.training.scale_rewards == "group"
        assert given.training.use_bias_correction_kl is False
        assert given.model.use_peft
        assert given.options.prompt == name.split("-")[1]
        assert ("format" in given.options.rewards) == (given.options.prompt != "vanilla")
        assert not given.options.letters


@pytest.mark.parametrize("recipe", sorted(DATA.glob("*.yaml")), ids=named)
def test_recipe_of_data_is_valid(recipe, monkeypatch):
    monkeypatch.chdir(RECIPES.parent)
    if recipe.name.endswith("-rules.yaml"):
        load_rules(str(recipe))
        return
    options = read_options(recipe, {"scannet-root": "scans"})
    load_rules(str(options.rules))
    used = [read_recipe(path).settings.get("data") for path in TRAINING]
    assert str(options.out) in used or options.out.name == "vsi100k-clean"


@pytest.mark.parametrize("file", sorted(ACCELERATE.glob("*.yaml")), ids=named)
def test_settings_of_accelerate_are_valid(file):
    from accelerate.commands.config.config_args import load_config_from_file

    known = yaml.safe_load(file.read_text())
    loaded = load_config_from_file(str(file))
    assert str(loaded.distributed_type.value) == known["distributed_type"]
    assert loaded.num_processes == known["num_processes"]
