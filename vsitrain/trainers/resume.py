"""Resume a run so that its result is the same as without an interruption."""

import math
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import torch
from torch.utils.data import Sampler
from transformers import Trainer, TrainerCallback
from transformers.utils import logging

from vsidata.errors import VsiError
from vsitrain.pretrained import in_words, refuse_pickles

_ANOTHER = "Resume from another checkpoint, with the model that it was made from."

logger = logging.get_logger(__name__)


class ExactResume(Trainer):
    """Mixin for a trainer that resumes full-parameter training from the weights of the checkpoint.

    The Trainer itself loads the checkpoint's tensors by their names on disk. For many vision-language models
    they have other names in memory. Then no tensor is found, a warning is logged, and the training resumes
    from the weights of the base model (transformers issue 43701). Adapters, FSDP and DeepSpeed use other
    code, which loads them correctly.
    """

    def _load_from_checkpoint(self, resume_from_checkpoint: str, model: Any = None) -> None:
        refuse_pickles(resume_from_checkpoint, "*.safetensors")
        with in_words(resume_from_checkpoint, "its weights cannot be loaded", _ANOTHER):
            if not self._is_whole_model(resume_from_checkpoint):
                super()._load_from_checkpoint(resume_from_checkpoint, model)
                return
            target: Any = self.model if model is None else model
            saved, report = type(target).from_pretrained(
                resume_from_checkpoint, dtype=target.dtype, output_loading_info=True, use_safetensors=True
            )
        if lost := sorted({*report["missing_keys"], *report["mismatched_keys"]}):
            fault = f"has no weights for {len(lost)} tensors of the model, such as {lost[0]}"
            raise VsiError(resume_from_checkpoint, fault, _ANOTHER)
        target.load_state_dict(saved.state_dict(), strict=True)

    def _load_optimizer_and_scheduler(self, checkpoint: str | None) -> None:
        if checkpoint is None:
            return
        optimizer: Any = self.optimizer
        settings = [_kinds(group) for group in optimizer.param_groups]
        attributes = set(vars(self.lr_scheduler))
        with in_words(checkpoint, "its optimizer's state cannot be read", _ANOTHER):
            super()._load_optimizer_and_scheduler(checkpoint)
            if [_kinds(group) for group in optimizer.param_groups] != settings:
                raise ValueError("its settings do not fit the optimizer")
            if more := sorted(set(vars(self.lr_scheduler)) - attributes):
                raise ValueError(f"the schedule of the learning rate has no {more[0]}")
            _refuse_other_layouts(getattr(optimizer, "optimizer", optimizer))

    def _load_rng_state(self, checkpoint: str | None) -> None:
        with in_words(checkpoint or "", "its random numbers' state cannot be read", _ANOTHER):
            super()._load_rng_state(checkpoint)

    def _load_scaler(self, checkpoint: str | None) -> None:
        with in_words(checkpoint or "", "its scaler's state cannot be read", _ANOTHER):
            super()._load_scaler(checkpoint)

    def _load_best_model(self) -> None:
        best = self.state.best_model_checkpoint
        if best is None or not self._is_whole_model(best):
            super()._load_best_model()
        else:
            self._load_from_checkpoint(best)

    def _is_whole_model(self, checkpoint: str) -> bool:
        distributed = self.is_fsdp_enabled or self.is_deepspeed_enabled
        return not distributed and (Path(checkpoint) / "config.json").is_file()


def _kinds(group: Mapping[str, Any]) -> dict[str, str]:
    """The type of each setting of an optimizer. All finite numbers have the same type name."""
    return {
        name: "number" if type(value) in (int, float) and math.isfinite(value) else type(value).__name__
        for name, value in group.items()
        if name not in ("params", "param_names")
    }


def _refuse_other_layouts(optimizer: Any) -> None:
    """Refuse a state if its tensors have another layout than the parameters. PyTorch does not check this.

    PyTorch's fused steps would read and write beyond the ends of such tensors. PyTorch's optimizers keep
    tensors of a parameter's shape, and scalars. Adafactor and the optimizers of other packages keep other
    tensors, and check them.
    """
    kind = type(optimizer)
    if not kind.__module__.startswith("torch.optim.") or kind.__name__ == "Adafactor":
        return
    known: set[str] = set()
    for parameter, state in optimizer.state.items():
        known = known or set(state)
        if set(state) != known or ("Adam" in kind.__name__ and not known >= _OF_ADAM):
            raise ValueError(f"a parameter has {', '.join(sorted(map(str, state))) or 'nothing'}")
        for name, value in state.items():
            like = torch.is_tensor(value) and value.dim() and (value.shape, value.stride())
            if like and like != (parameter.shape, parameter.stride()):
                shapes = f"{tuple(value.shape)} and its parameter {tuple(parameter.shape)}"
                raise ValueError(f"{name} has the shape {shapes}, or another layout")


_OF_ADAM = {"step", "exp_avg", "exp_avg_sq"}


class EpochSampler(Sampler[int]):
    """A sampler with an order per epoch that depends only on the seed and the epoch.

    TRL's own sampler draws the order of each epoch after that of the previous one. So a run that resumes in
    the third epoch would get the order of the first.

    Args:
        sampler: a sampler with a `generator` for its order.
        seed: the random seed of the run.
        epochs: a function that returns the number of finished epochs, with the fraction of the present one.
    """

    def __init__(self, sampler: Any, seed: int, epochs: Callable[[], float]) -> None:
        self.sampler = sampler
        self.seed = seed
        self.epochs = epochs

    def __iter__(self) -> Iterator[int]:
        self.sampler.generator.manual_seed(self.seed + int(self.epochs() + 1e-6))
        yield from self.sampler

    def __len__(self) -> int:
        return len(self.sampler)


class GenerationBoundary(TrainerCallback):
    """Warns if a run resumes between two generations, because the remaining completions are lost.

    Args:
        micro_batches: number of micro-batches between two generations.
    """

    def __init__(self, micro_batches: int) -> None:
        self.micro_batches = micro_batches

    def on_train_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:  # noqa: ARG002 - passed by name
        """Check the step at which the run begins: 0, or the step of the checkpoint."""
        if state.global_step * args.gradient_accumulation_steps % self.micro_batches:
            steps = self.micro_batches / args.gradient_accumulation_steps
            logger.warning(
                f"This run resumes at step {state.global_step}, but completions serve {steps:g} steps. "
                "The unused completions are lost, so the result differs from that of an uninterrupted run. "
                f"To avoid this, resume from a checkpoint at a multiple of {steps:g} steps (save_steps)."
            )
