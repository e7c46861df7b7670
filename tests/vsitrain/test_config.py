"""Settings from a recipe and the command line, and the messages about wrong settings."""

import pytest

from vsidata.errors import OptionError, RulesError
from vsitrain.settings.config import read_config
from vsitrain.settings.keys import described
from vsitrain.settings.recipe import read_recipe
from vsitrain.settings.run_options import RunOptions


def write(folder, name, text):
    path = folder / name
    path.write_text(text)
    return path


@pytest.fixture
def recipe(tmp_path):
    text = "data: build\nbeta: 1e-4\nnum_generations: 4\nper_device_train_batch_size: 4\noutput_dir: out\n"
    return write(tmp_path, "run.yaml", text)


def test_command_line_overrides_the_recipe_and_trl(recipe):
    config = read_config("grpo", recipe, ["--frames", "8", "--beta=0.5", "--rewards", "mra", "format"])
    assert config.options.frames == 8
    assert config.options.rewards == ("mra", "format")
    assert config.training.beta == 0.5
    assert config.training.num_generations == 4


def test_a_number_that_yaml_reads_as_text_is_accepted_as_a_number(recipe):
    assert read_config("grpo", recipe, []).training.beta == 1e-4


def test_recipe_extends_another_and_states_only_the_differences(tmp_path, recipe):
    above = write(tmp_path, "above.yaml", "extends: run.yaml\nbeta: 0.0\n")
    settings = read_recipe(above).settings
    assert settings["beta"] == 0
    assert settings["num_generations"] == 4
    assert "extends" not in settings


def test_recipes_in_a_circle_are_refused(tmp_path):
    write(tmp_path, "a.yaml", "extends: b.yaml\n")
    with pytest.raises(RulesError, match=r"extends itself"):
        read_recipe(write(tmp_path, "b.yaml", "extends: a.yaml\n"))


def test_a_missing_recipe_is_named(tmp_path):
    with pytest.raises(RulesError, match=r"gone\.yaml"):
        read_recipe(write(tmp_path, "a.yaml", "extends: gone.yaml\n"))


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("num_frmes: 8", "`num_frmes` is not a key of grpo"),
        ("frames: 0", "greater than or equal to 1"),
        ("epsilon: wide", "invalid float value"),
        ("input_mode: audio", "'video' or 'images'"),
    ],
)
def test_a_fault_in_a_recipe_names_the_line_of_its_file(tmp_path, recipe, line, fault):
    recipe.write_text(recipe.read_text() + line)
    above = write(tmp_path, "above.yaml", "extends: run.yaml\n")
    with pytest.raises(OptionError, match=fault) as error:
        read_config("grpo", above, [])
    assert error.value.file == f"{recipe}, line 6"


def test_the_old_name_of_a_key_still_works_with_a_warning(tmp_path, recipe):
    old = write(tmp_path, "old.yaml", "extends: run.yaml\nnum_frames: 8\n")
    warnings = []
    assert read_config("grpo", old, [], warn=warnings.append).options.frames == 8
    assert read_config("grpo", recipe, ["--num_frames", "3"], warn=warnings.append).options.frames == 3
    assert warnings == [
        f"{old}, line 2: `num_frames` is now `frames`. The old name works in this version only.",
        "--num_frames: `num_frames` is now `frames`. The old name works in this version only.",
    ]


def test_an_old_name_overrides_the_new_name_in_the_extended_recipe(tmp_path):
    data = write(tmp_path, "below.yaml", "data: data\nframes: 16\ntopics: [counting]\n")
    names = f"extends: {data.name}\nnum_frames: 8\nquestion_types: [distance]\n"
    options = read_config("sft", write(tmp_path, "above.yaml", names), []).options
    assert (options.frames, options.topics) == (8, ("distance",))


@pytest.mark.parametrize(
    ("written", "meant"),
    [("frmes", "frames"), ("learning_rat", "learning_rate"), ("confg", "config"), ("jsn", "json")],
)
def test_error_for_a_misspelt_key_suggests_the_right_key(recipe, written, meant):
    with pytest.raises(OptionError) as error:
        read_config("grpo", recipe, [f"--{written}", "2"])
    assert error.value.remedy == f"Did you mean `{meant}`?"


def test_a_misspelt_key_of_a_recipe_is_recognised(tmp_path, recipe):
    for written, meant in (("train-split", "train_split"), ("extnds", "extends")):
        other = write(tmp_path, "other.yaml", f"extends: {recipe.name}\n{written}: x\n")
        with pytest.raises(OptionError) as error:
            read_config("grpo", other, [])
        assert error.value.remedy == f"Did you mean `{meant}`?"
        assert error.value.file == f"{other}, line 2"


def test_every_key_is_described_with_its_values():
    keys = {key["name"]: key for key in described()}
    assert keys.keys() == RunOptions.model_fields.keys()
    assert all(key["meaning"].endswith(".") and key["allowed"] for key in keys.values())
    frames = keys["frames"]
    assert (frames["default"], frames["unit"], frames["allowed"]) == ("16", "frames", "whole number from 1")
    assert keys["input_mode"]["allowed"] == "video or images"


def test_a_fault_on_the_command_line_names_the_option(recipe):
    with pytest.raises(OptionError) as error:
        read_config("grpo", recipe, ["--beta", "low"])
    assert error.value.file == "--beta"


def test_error_about_groups_that_do_not_fill_a_round_names_the_keys_that_users_set(recipe):
    with pytest.raises(
        OptionError, match="num_generations is 3, which does not divide the 4 completions"
    ) as it:
        read_config("grpo", recipe, ["--num_generations", "3"])
    assert it.value.file == "--num_generations"
    assert "Set num_generations to one of 2, 4" in it.value.remedy
    assert "generation_batch_size" not in str(it.value)


def test_settings_that_trl_refuses_are_reported_without_a_traceback(recipe):
    with pytest.raises(OptionError, match="at least 2"):
        read_config("grpo", recipe, ["--num_generations", "1"])


def test_the_key_data_is_required(tmp_path):
    with pytest.raises(OptionError, match="is missing"):
        read_config("sft", write(tmp_path, "run.yaml", "output_dir: out\n"), [])


def test_keys_of_one_trainer_are_unknown_to_another(recipe):
    with pytest.raises(OptionError, match="is not a key of sft"):
        read_config("sft", recipe, [])


def test_without_a_gpu_training_uses_the_cpu(recipe, monkeypatch):
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    training = read_config("grpo", recipe, []).training
    assert training.use_cpu
    assert not training.bf16
    assert read_config("grpo", recipe, ["--bf16", "true"]).training.bf16  # an explicit setting is kept


def test_plan_on_a_machine_without_a_gpu_uses_the_precision_of_a_gpu(recipe, monkeypatch):
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    assert read_config("grpo", recipe, [], planned=True).training.bf16
    assert not read_config("grpo", recipe, ["--bf16", "false"], planned=True).training.bf16


@pytest.mark.parametrize(
    ("kind", "key", "default"),
    [("dpo", "max_length", 1024), ("sft", "max_length", 1024), ("grpo", "dtype", "float32")],
)
def test_null_is_read_as_null_if_the_default_is_another_value(tmp_path, kind, key, default):
    def value(*lines):
        path = write(tmp_path, "run.yaml", "\n".join(["data: build", f"output_dir: {tmp_path}", *lines]))
        config = read_config(kind, path, [])
        return getattr(config.training, key, getattr(config.model, key, None))

    assert value() == default
    assert value(f"{key}: null") is None


def test_null_is_refused_if_a_key_does_not_accept_it(recipe):
    recipe.write_text(recipe.read_text() + "temperature: null\n")
    with pytest.raises(OptionError, match="`temperature` cannot be null") as error:
        read_config("grpo", recipe, [])
    assert error.value.file == f"{recipe}, line 6"
