"""Where a trained model comes from: kept beside its weights, in every checkpoint too, for whoever goes on."""

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
"""Folder of a run in which the merged base of its adapter lies."""


@dataclass(frozen=True)
class Provenance:
    """What a model was trained from, on and how.

    Attributes:
        method: `grpo`, `sft` or `dpo`.
        start: the model that the run started from.
        before: the provenance of that model, where it was trained here too.
        data: the build: a folder, or a dataset on the Hub.
        rules: names and digests of the rule sets that its questions follow.
        questions: how many were trained on.
        prompt: name of the prompt mode.
        wording: its wording for open answers, which the model knows.
        letters: whether letters were wanted wherever there were options.
        input_mode: whether the model was shown clips as videos or as images.
        num_frames: most frames of a clip.
        pixels: least and most of a frame.
        settings: of the trainer that make a result: the rewards, the seed, rates and sizes.
        versions: of the packages, by name.
        blank: whether it was shown black frames, as a control.
        arguments: every setting of TRL's two configurations, by class and name, with the defaults of the
            installed versions; empty for models that were trained before this was kept.
        questions_sha256: of ids, texts, options and answers of the questions, in their order.
        frames_sha256: of the frames that the build stores for its scenes; see `FrameStore.digest`.
        changes: of data, frames or rewards when the run went on from a checkpoint: its step, and old and new
            value by name.
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
    """Write it into the folder of a model."""
    write_whole(folder / PROVENANCE, [orjson.dumps(asdict(provenance), option=orjson.OPT_INDENT_2)])


def read_provenance(model: str | Path) -> Provenance | None:
    """That of a model in a folder; None where there is none, as for models that were not trained here.

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
            raise ValueError("a method is none of this project's")
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


_BEFORE = "Take it from the checkpoint before, or remove it."


def _methods(known: Provenance) -> list[str]:
    """Of a model, and of the one that it started from."""
    return [known.method] if known.before is None else [known.method, str(known.before["method"])]


def refuse_other_input(model: str, input_mode: InputMode) -> None:
    """Refuse to go on with clips shown otherwise: a model that learned from videos is lost among images.

    Args:
        model: that a run or an evaluation starts from.
        input_mode: how it would be shown clips.

    Raises:
        OptionError: the model was trained with clips shown otherwise.
    """
    known = read_provenance(model)
    if known is not None and known.input_mode != input_mode:
        fault = f"was trained with input_mode {known.input_mode}, and would be shown {input_mode}."
        raise OptionError(model, fault, f"Set input_mode: {known.input_mode}.")
