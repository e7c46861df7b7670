"""Settings of a run, read from a recipe and the command line: our options, and TRL's own configuration."""

import argparse
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any, get_args, get_type_hints

import yaml
from pydantic import ValidationError

from vsidata.errors import OptionError
from vsitrain.settings.hub_token import take_token
from vsitrain.settings.ineffective import refuse_ineffective
from vsitrain.settings.recipe import EXTENDS, Recipe, read_recipe
from vsitrain.settings.run_options import RENAMED, Method, RunOptions

_ON_A_CPU = {"use_cpu": "true", "bf16": "false"}
"""TRL trains in bfloat16 on a GPU by default. On a CPU, both settings are needed."""

_PLANNED_ON_A_CPU = {"use_cpu": "true"}
"""A plan is for a GPU, even if this machine has none. So it keeps TRL's default precision on a GPU."""


@dataclass(frozen=True)
class RunConfig:
    """All settings of a run.

    Attributes:
        options: this project's settings.
        training: TRL's GRPOConfig, SFTConfig or DPOConfig.
        model: TRL's ModelConfig: the model, its precision, LoRA.
        hub_token: the user's token; None for the token of `hf auth login` or HF_TOKEN. TRL's configuration
            never contains it, because that is saved with every model.
    """

    options: RunOptions
    training: Any
    model: Any
    hub_token: str | None = field(default=None, repr=False)


def read_config(
    method: Method,
    recipe: Path | None,
    given: Sequence[str],
    *,
    planned: bool = False,
    warn: Callable[[str], None] = lambda _: None,
) -> RunConfig:
    """Read settings from a recipe and from the command line, which overrides the recipe.

    Args:
        method: the trainer, which decides TRL's own keys.
        recipe: a YAML file; None without a recipe.
        given: `--key value …` as on the command line.
        planned: whether the run is only planned, and not started on this machine.
        warn: called with each warning, such as a key's old name.

    Raises:
        RulesError: the recipe cannot be read.
        OptionError: a key is unknown or a value is wrong; the fault names the recipe's line.
    """
    read = _by_new_names(read_recipe(recipe) if recipe else Recipe({}, {}), warn)
    on_command_line = {_new_name(key, f"--{key}", warn): words for key, words in _by_key(given).items()}
    places = {**read.places, **{key: f"--{key}" for key in on_command_line}}
    in_recipe, in_words = (take_token(settings, places) for settings in (read.settings, on_command_line))
    ours = set(RunOptions.model_fields)
    own = {key: value for key, value in read.settings.items() if key in ours}
    own |= {key: _own_value(words) for key, words in on_command_line.items() if key in ours}
    theirs = {key: value for key, value in read.settings.items() if key not in ours}
    words = {key: None if value is None else _as_words(value) for key, value in theirs.items()}
    words |= {key: list(values) for key, values in on_command_line.items() if key not in ours}
    machine = {} if _has_gpu() else _PLANNED_ON_A_CPU if planned else _ON_A_CPU
    defaults: dict[str, list[str] | None] = {key: [value] for key, value in machine.items()}
    training, model = _parse(method, {**defaults, **words}, places)
    refuse_ineffective(method, (training, model), words.keys(), places)
    return RunConfig(_options(own, places), training, model, in_words or in_recipe)


def _by_key(given: Sequence[str]) -> dict[str, list[str]]:
    """Sort `--key value …` by key; hyphens in keys become underscores."""
    found: dict[str, list[str]] = {}
    current: list[str] | None = None
    for word in given:
        if word.startswith("--"):
            name, equals, value = word[2:].partition("=")
            current = found[name.replace("-", "_")] = [value] if equals else []
        elif current is None:
            raise OptionError(word, "has no key.", "Pass --key value, with a key of a recipe.")
        else:
            current.append(word)
    return found


def _by_new_names(recipe: Recipe, warn: Callable[[str], None]) -> Recipe:
    names = {key: _new_name(key, recipe.places[key], warn) for key in recipe.settings}
    settings: dict[str, Any] = {}
    places: dict[str, str] = {}
    for key, value in recipe.settings.items():  # the nearest file comes first: its values are kept
        settings.setdefault(names[key], value)
        places.setdefault(names[key], recipe.places[key])
    return Recipe(settings, places)


def _new_name(key: str, place: str, warn: Callable[[str], None]) -> str:
    if key in RENAMED:
        warn(f"{place}: `{key}` is now `{RENAMED[key]}`. The old name works in this version only.")
    return RENAMED.get(key, key)


def _own_value(words: Sequence[str]) -> Any:
    """Read a value of the command line as YAML, as in a recipe."""
    values = [yaml.safe_load(word) for word in words]
    return values[0] if len(values) == 1 else values if values else True


def _as_words(value: Any) -> list[str]:
    """Return a recipe's value as words of the command line, so that TRL's parser checks its type."""
    if isinstance(value, Mapping):
        return [json.dumps(value)]
    if isinstance(value, (list, tuple)):
        return [str(item) for item in value]
    return [str(value)]


def _has_gpu() -> bool:
    import torch

    return torch.cuda.is_available()


def _options(own: Mapping[str, Any], places: Mapping[str, str]) -> RunOptions:
    try:
        return RunOptions.model_validate(own)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        key = str(first["loc"][0]) if first["loc"] else "settings"
        if first["type"] == "missing":
            remedy = f"Add `{key}` to the recipe, or pass --{key} VALUE."
            raise OptionError(f"--{key}", "is missing.", remedy) from error
        fault = f"has the value {first['input']!r:.80}, which is not allowed: {first['msg']}."
        raise OptionError(places.get(key, key), fault, f"Fix the value of `{key:.80}`.") from error


_UNEVEN = re.compile(r"generation_batch_size \((\d+)\) must be divisible by num_generations \((\d+)\)")
"""TRL's message for groups that do not fill a round of generation. It names a key that few users set."""


def _uneven_groups(completions: int, group: int, places: Mapping[str, str]) -> OptionError:
    fault = (
        f"num_generations is {group}, which does not divide the {completions} completions of a round "
        "(per_device_train_batch_size × processes × steps_per_generation, or × gradient_accumulation_steps "
        "if steps_per_generation is not set)."
    )
    fitting = ", ".join(str(size) for size in range(2, completions + 1) if completions % size == 0)
    remedy = f"Set num_generations to one of {fitting}, or change the product to a multiple of {group}."
    return OptionError(places.get("num_generations", "num_generations"), fault, remedy)


def _parse(
    method: Method, words: Mapping[str, list[str] | None], places: Mapping[str, str]
) -> tuple[Any, Any]:
    """Make TRL's configurations from the words of each key. The words are None for null in a recipe."""
    from trl.scripts.utils import TrlParser
    from trl.trainer.dpo_config import DPOConfig
    from trl.trainer.grpo_config import GRPOConfig
    from trl.trainer.model_config import ModelConfig
    from trl.trainer.sft_config import SFTConfig

    kinds = {"grpo": GRPOConfig, "sft": SFTConfig, "dpo": DPOConfig}
    classes: list[Any] = [kinds[method], ModelConfig]
    parser = TrlParser(classes, allow_abbrev=False, exit_on_error=False)
    known = {action.dest for action in parser._actions}
    for key in words:
        if key not in known:
            fault = f"`{key:.80}` is not a key of {method}."
            place = places.get(key, key)
            more = ("config", "plan", "json") if place.startswith("--") else (EXTENDS,)
            near = get_close_matches(key[:80], {*known, *RunOptions.model_fields, *more}, n=1)
            remedy = f"Did you mean `{near[0]}`?" if near else "Remove it, or fix its spelling."
            raise OptionError(place, fault, remedy)
    types = {name: kind for config in classes for name, kind in get_type_hints(config).items()}
    for key in [key for key, values in words.items() if values is None]:
        if type(None) not in get_args(types[key]):
            raise OptionError(places.get(key, key), f"`{key}` cannot be null.", "Set a value, or remove it.")
        parser.set_defaults(**{key: None})
    flat = [word for key, values in words.items() if values is not None for word in (f"--{key}", *values)]
    try:
        training, model = parser.parse_args_into_dataclasses(flat)
    except argparse.ArgumentError as error:
        key = (error.argument_name or "").split("/")[0].lstrip("-")
        raise OptionError(
            places.get(key, key), f"{error.message:.300}.", f"Fix the value of `{key:.80}`."
        ) from error
    except (ValueError, TypeError) as error:
        if uneven := _UNEVEN.search(str(error)):
            raise _uneven_groups(int(uneven[1]), int(uneven[2]), places) from error
        remedy = "Fix the recipe, or the value on the command line."
        raise OptionError("settings", f"{' '.join(str(error).split()):.500}", remedy) from error
    return training, model
