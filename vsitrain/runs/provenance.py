"""The provenance of a trained model, stored with its weights and in every checkpoint for later runs."""

from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, get_args

import orjson
from pydantic import TypeAdapter, ValidationError

from vsidata.errors import OptionError, VsiError
from vsidata.files.atomic import write_whole
from vsidata.files.safe_files import read_regular
from vsitrain.families import InputMode
from vsitrain.settings.run_options import Method

PROVENANCE = "vsitrain.json"
MERGED = "_base"
"""Subfolder of a run that contains the merged base of its adapter."""


@dataclass(frozen=True)
class Provenance:
    """The starting model, the data and the settings of a training.

    Attributes:
        method: `grpo`, `sft` or `dpo`.
        start: the model that the run started from.
        before: the provenance of that model; None if it was not trained with this project.
        data: the build: a folder, or a dataset on the Hub.
        rules: names and digests of the rule sets of its questions.
        questions: the number of questions in the training.
        prompt: the name of the prompt mode.
        wording: the mode's wording for open answers, which the model was trained with.
        letters: whether the model was asked for a letter if there were options.
        input_mode: whether the model was shown clips as videos or as images.
        num_frames: maximum number of frames of a clip.
        pixels: minimum and maximum number of pixels of a frame.
        settings: the trainer's settings that affect the result: the rewards, the seed, rates and sizes.
        versions: the versions of the packages, by name.
        blank: whether the model was shown black frames, as a control run.
        arguments: every setting of TRL's two configurations, by class and name, with the defaults of the
            installed versions; empty for models that were trained before this was stored.
        questions_sha256: digest of ids, texts, options and answers of the questions, in their order.
        frames_sha256: digest of the frames that the build stores for its scenes; see `FrameStore.digest`.
        changes: changes of data, frames or rewards when the run resumed from a checkpoint: the step, and the
            old and new value by name.
    """

    method: str
    start: str
    before: dict[str, Any] | None
    data: str
    rules: tuple[str, ...]
    questions: int
    prompt: str
    wording: str
    letters: bool
    input_mode: InputMode
    num_frames: int
    pixels: tuple[int, int]
    settings: dict[str, Any]
    versions: dict[str, str]
    blank: bool = False
    arguments: dict[str, dict[str, Any]] = field(default_factory=dict)
    questions_sha256: str | None = None
    frames_sha256: str | None = None
    changes: tuple[dict[str, Any], ...] = ()


def write_provenance(folder: Path, provenance: Provenance) -> None:
    """Write a provenance to the folder of a model."""
    write_whole(folder / PROVENANCE, [orjson.dumps(asdict(provenance), option=orjson.OPT_INDENT_2)])


def read_provenance(model: str | Path) -> Provenance | None:
    """The provenance of a model in a folder; None for models that were not trained with this project.

    Raises:
        VsiError: the file is damaged.
    """
    path = Path(model) / PROVENANCE
    if not path.exists():
        return None
    try:
        content = read_regular(path)
        if more := orjson.loads(content).keys() - {it.name for it in fields(Provenance)}:
            raise ValueError(f"the key {min(more)[:40]!r} is unknown")
        known = TypeAdapter(Provenance).validate_json(content, strict=True)
        if any(method not in get_args(Method) for method in _methods(known)):
            raise ValueError("a method is not one of this project")
        return known
    except OSError as error:
        raise VsiError(path, f"cannot be read: {error.strerror}.", _BEFORE) from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        fault = f"is not what a run of vsitrain writes: {'.'.join(map(str, first['loc']))}: {first['msg']}"
        raise VsiError(path, f"{fault:.300}", _BEFORE) from error
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        fault = f"is not what a run of vsitrain writes: {error!s:.200}"
        raise VsiError(path, fault, _BEFORE) from error


_BEFORE = "Copy it from the previous checkpoint, or remove it."


def _methods(known: Provenance) -> list[str]:
    """The method of a model, and that of its starting model."""
    return [known.method] if known.before is None else [known.method, str(known.before["method"])]


def refuse_other_input(model: str, input_mode: InputMode) -> None:
    """Refuse an input mode that differs from that of the training, because the model would fail with it.

    Args:
        model: the model that a run or an evaluation starts from.
        input_mode: the input mode of the run or evaluation.

    Raises:
        OptionError: the model was trained with the other input mode.
    """
    known = read_provenance(model)
    if known is not None and known.input_mode != input_mode:
        fault = f"was trained with input_mode {known.input_mode}, not {input_mode}."
        raise OptionError(model, fault, f"Set input_mode: {known.input_mode}.")
