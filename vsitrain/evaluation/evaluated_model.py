"""The model that is evaluated: its folder, and its exact identity."""

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vsidata.errors import OptionError
from vsitrain.models.starting_model import base_of, is_adapter, refuse_adapter_as_base

_WEIGHTS = ("*.safetensors",)
_SETTINGS = ("*.json", "*.jinja", "*.txt", "*.model")
"""Files of a model, its processor and tokenizer.

Only these files and the weights are downloaded, and no pickles.
"""

_OF_THE_RUN = (
    "trainer_state.json",
    "vsitrain.json",
)  # files of the training run, which the model does not read


@dataclass(frozen=True)
class Model:
    """A full model, or an adapter with its base.

    Attributes:
        name: the model as the user named it: a folder, or a name on the Hub.
        folder: the folder of its files.
        revision: its commit on the Hub; None for a folder.
        weights_sha256: digest of names and contents of its weight files; None if there is a commit.
        settings_sha256: digest of its other files: configuration, processor, tokenizer, chat template.
        base: the base of an adapter; None for a full model.
    """

    name: str
    folder: Path
    revision: str | None
    weights_sha256: str | None
    settings_sha256: str | None
    base: "Model | None"

    @property
    def record(self) -> dict[str, Any]:
        """The data that identify the model."""
        return {
            "model": self.name,
            "revision": self.revision,
            "weights_sha256": self.weights_sha256,
            "settings_sha256": self.settings_sha256,
            "base": None if self.base is None else self.base.record,
        }

    @property
    def whole(self) -> Path:
        """Folder of the model, or of the base that an adapter belongs to."""
        return self.folder if self.base is None else self.base.folder

    @property
    def processor(self) -> Path:
        """Folder of the processor. An adapter may have a processor of its own."""
        names = ("processor_config.json", "preprocessor_config.json")
        own = any((self.folder / name).is_file() for name in names)
        return self.folder if own else self.whole


def find_model(name: str) -> Model:
    """Open the model in a folder or on the Hub. A model on the Hub is downloaded to the Hub's cache.

    Raises:
        VsiError: the model does not exist, the Hub cannot be reached, or an adapter does not state its base.
    """
    folder = Path(name)
    local = folder.is_dir()
    if not local:
        folder = _downloaded(name)
    return Model(
        name=name,
        folder=folder,
        revision=None if local else folder.name,  # the cache keeps each commit in a folder of its own
        weights_sha256=_digest(folder, _WEIGHTS) if local else None,
        settings_sha256=_digest(folder, _SETTINGS) if local else None,
        base=_base_of(name, folder) if is_adapter(str(folder)) else None,
    )


def _base_of(name: str, adapter: Path) -> Model:
    base = base_of(str(adapter))
    folder = Path(base) if Path(base).is_dir() else _downloaded(base)
    refuse_adapter_as_base(name, str(folder))
    return find_model(base)


def penalty_of(model: Model) -> float:
    """The repetition penalty in the model's own settings of generation; 1 if they contain no penalty."""
    from transformers import GenerationConfig

    try:
        stated: Mapping[str, Any] = GenerationConfig.from_pretrained(model.whole).to_dict()
    except (OSError, ValueError):
        return 1.0
    penalty = stated.get("repetition_penalty") or 1.0
    if not isinstance(penalty, (int, float)) or not 0 < penalty < math.inf:
        fault = (
            f"has the repetition_penalty {penalty!r:.40} in generation_config.json, not a positive number."
        )
        raise OptionError(model.name, fault, "Fix the value, or remove it.")
    return float(penalty)


def _downloaded(name: str) -> Path:
    from vsidata.files.hub.client import client
    from vsidata.files.hub.faults import explain_hub_errors, with_retries
    from vsidata.files.hub.reach import require_reach

    require_reach(name, "model")
    with explain_hub_errors(name):
        return Path(
            with_retries(lambda: client().snapshot_download(name, allow_patterns=[*_WEIGHTS, *_SETTINGS]))
        )


def _digest(folder: Path, patterns: Sequence[str]) -> str:
    found = hashlib.sha256()
    paths = {path for pattern in patterns for path in folder.glob(pattern)}
    for path in sorted(path for path in paths if path.name not in _OF_THE_RUN):
        with path.open("rb") as file:
            found.update(f"{path.name} {hashlib.file_digest(file, 'sha256').hexdigest()}\n".encode())
    return found.hexdigest()
