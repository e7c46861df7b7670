"""The record of a run: the provenance of its model."""

import hashlib
from dataclasses import asdict, fields
from importlib.metadata import version
from typing import Any

import orjson

from vsitrain.runs.provenance import Provenance, read_provenance
from vsitrain.trainers.preparation import Preparation

_PACKAGES = ("vsi100k", "torch", "transformers", "trl", "peft")
_SECRET = "hub_token"  # noqa: S105 - the name of a setting, not its value
_SETTINGS = {
    "grpo": ("beta", "num_generations", "temperature", "loss_type", "scale_rewards", "max_completion_length"),
    "sft": (),
    "dpo": ("beta", "loss_type"),
}
_OF_ALL = ("seed", "learning_rate", "lr_scheduler_type", "num_train_epochs", "max_steps")


def provenance_of(prepared: Preparation) -> Provenance:
    """The provenance of the model that a run makes."""
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
        num_frames=options.frames,
        pixels=(options.min_pixels, options.max_pixels),
        settings=settings,
        versions={name: version(name) for name in _PACKAGES},
        blank=options.blank,
        arguments={type(config).__name__: _arguments(config) for config in (args, model)},
        questions_sha256=_digest_of(prepared.rows),
        frames_sha256=prepared.store.digest,
    )


def _arguments(config: Any) -> dict[str, Any]:
    """Every setting of a configuration as plain data, without the Hub's token."""
    named = {it.name: getattr(config, it.name) for it in fields(config) if it.name != _SECRET}
    plain: dict[str, Any] = orjson.loads(orjson.dumps(named, default=str, option=orjson.OPT_NON_STR_KEYS))
    return plain


def _digest_of(rows: Any) -> str:
    """Digest of the questions and their right answers."""
    columns = rows.select_columns(["id", "question", "options", "ground_truth"])
    digest = hashlib.sha256()
    for batch in columns.iter(batch_size=1_000):
        digest.update(orjson.dumps(batch))
    return digest.hexdigest()
