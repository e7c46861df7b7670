"""Where a trained model comes from: kept beside its weights, in every checkpoint too, for whoever goes on."""

import hashlib
from dataclasses import asdict, dataclass, field, fields
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import orjson
from pydantic import TypeAdapter, ValidationError

from vsidata.dataset.atomic import write_whole
from vsidata.dataset.safe_files import read_regular
from vsidata.errors import OptionError, VsiError
from vsitrain.families import InputMode
from vsitrain.run_options import Method

if TYPE_CHECKING:
    from vsitrain.preparation import Preparation

PROVENANCE = "vsitrain.json"
_PACKAGES = ("vsi100k", "torch", "transformers", "trl", "peft")


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


_SECRET = "hub_token"  # noqa: S105 - the name of a setting, not its value
_SETTINGS = {
    "grpo": ("beta", "num_generations", "temperature", "loss_type", "scale_rewards", "max_completion_length"),
    "sft": (),
    "dpo": ("beta", "loss_type"),
}
_OF_ALL = ("seed", "learning_rate", "lr_scheduler_type", "num_train_epochs", "max_steps")


def provenance_of(prepared: "Preparation") -> Provenance:
    """The provenance of the model that a run will make."""
    options, args, model = prepared.config.options, prepared.config.training, prepared.config.model
    settings = {name: getattr(args, name) for name in (*_OF_ALL, *_SETTINGS[prepared.method])}
    settings |= {"completions or questions a step": args.train_batch_size * args.gradient_accumulation_steps}
    settings |= {"processes": args.world_size}
    if prepared.method == "grpo":
        settings |= {"rewards": list(options.rewards), "reward_weights": args.reward_weights}
        settings |= {"length_window": options.length_window}
    if prepared.method == "dpo":
        settings |= {"wrong_answers": list(options.wrong_answers)}
    if model.use_peft:
        settings |= {"lora_r": model.lora_r, "lora_alpha": model.lora_alpha}
    start = model.model_name_or_path
    before = read_provenance(start)
    return Provenance(
        method=prepared.method,
        start=start,
        before=None if before is None else asdict(before),
        data=options.data,
        rules=tuple(sorted(set(prepared.rows["rules"]))),
        questions=len(prepared.rows),
        prompt=prepared.mode.name,
        wording=prepared.mode.training,
        letters=options.letters,
        input_mode=options.input_mode,
        num_frames=options.num_frames,
        pixels=(options.min_pixels, options.max_pixels),
        settings=settings,
        versions={name: version(name) for name in _PACKAGES},
        blank=options.blank,
        arguments={type(config).__name__: _arguments(config) for config in (args, model)},
        questions_sha256=_digest_of(prepared.rows),
        frames_sha256=prepared.store.digest,
    )


def _arguments(config: Any) -> dict[str, Any]:
    """Every setting of a configuration as plain data, without the one that opens an account on the Hub."""
    named = {it.name: getattr(config, it.name) for it in fields(config) if it.name != _SECRET}
    plain: dict[str, Any] = orjson.loads(orjson.dumps(named, default=str, option=orjson.OPT_NON_STR_KEYS))
    return plain


def _digest_of(rows: Any) -> str:
    """Of what a model is asked and what is right."""
    columns = rows.select_columns(["id", "question", "options", "ground_truth"])
    digest = hashlib.sha256()
    for batch in columns.iter(batch_size=1_000):
        digest.update(orjson.dumps(batch))
    return digest.hexdigest()


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
