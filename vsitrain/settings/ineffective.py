"""Settings without effect, which are refused. `ineffective.yaml` lists them, each with the reason."""

from collections.abc import Collection, Mapping
from dataclasses import MISSING, fields
from functools import cache
from typing import Any, get_args

from pydantic import BaseModel, ConfigDict, RootModel

from vsidata.errors import OptionError
from vsidata.rules.strict_yaml import read_packaged
from vsitrain.settings.run_options import Method


class Ineffective(BaseModel):
    """Keys that have no effect for the same reason.

    Attributes:
        keys: keys of TRL's configurations.
        methods: the trainers that the entry applies to.
        always: whether every value is refused; otherwise only values that differ from TRL's default.
        takes_null: whether null is accepted in any case, because it states what happens anyway.
        needs: another key. The keys are refused only if that key is not set.
        clash: another key. The keys are refused only if that key is on. With `always`, they are refused if
            that key is set to any value.
        wants: another key. The keys are refused only if that key is zero or off.
        fault, remedy: the text of the error.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    keys: tuple[str, ...]
    methods: tuple[Method, ...] = get_args(Method)
    always: bool = False
    takes_null: bool = False
    needs: str | None = None
    clash: str | None = None
    wants: str | None = None
    fault: str
    remedy: str


@cache
def ineffective() -> dict[str, Ineffective]:
    """Name of a reason → the keys that have no effect for it."""
    return read_packaged(RootModel[dict[str, Ineffective]], __package__, "ineffective.yaml").root


def refuse_ineffective(
    method: Method, configs: Collection[Any], given: Collection[str], places: Mapping[str, str]
) -> None:
    """Refuse settings without effect.

    Args:
        method: the trainer.
        configs: TRL's configurations, as they were read.
        given: the keys that were set.
        places: file and line, or option, of each key.

    Raises:
        OptionError: a key has no effect; the error names the first one, the reason and the remedy.
    """
    values = {it.name: getattr(config, it.name) for config in configs for it in fields(config)}
    for entry in ineffective().values():
        if method not in entry.methods or entry.needs in given:
            continue
        if entry.clash and (entry.clash not in given or not (entry.always or values[entry.clash])):
            continue
        if entry.wants and values[entry.wants]:
            continue
        for key in entry.keys:
            if key not in given or (entry.takes_null and values[key] is None):
                continue
            if entry.always or not _is_default(key, configs):
                raise OptionError(places.get(key, key), f"`{key}` {entry.fault}.", entry.remedy)


_DERIVED = {
    "disable_tqdm",
    "remove_unused_columns",
    "pad_to_multiple_of",
    "packing_strategy",
    "use_transformers_continuous_batching",
}
"""Keys that this project or TRL itself sets to values other than TRL's defaults."""


def refuse_ineffective_args(method: Method, args: Any) -> None:
    """Refuse values without effect in a configuration that was made in Python.

    Only values that have no effect with any other settings are refused. A value that equals TRL's default
    cannot be distinguished from one that was not given.

    Args:
        method: the trainer.
        args: TRL's configuration.

    Raises:
        OptionError: as for `refuse_ineffective`.
    """
    entries = [it for it in ineffective().values() if not (it.needs or it.clash or it.wants)]
    keys = {key for entry in entries for key in entry.keys} - _DERIVED
    refuse_ineffective(method, (args,), {key for key in keys if not _is_default(key, (args,))}, {})


def _is_default(key: str, configs: Collection[Any]) -> bool:
    for config in configs:
        for field in fields(config):
            if field.name == key:
                default = field.default if field.default_factory is MISSING else field.default_factory()
                return bool(getattr(config, key) == default)
    return True
