"""Resuming a run so that it ends as if it had never stopped."""

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
    """Mixed into a trainer, it resumes full-parameter training from the weights of the checkpoint.

    Left alone, a trainer loads the checkpoint's tensors under the names that they have on disk. For many
    vision-language models these are others than in memory: none is found, a warning is logged, and training
    goes on from the weights of the base model (transformers issue 43701). Adapters, FSDP and DeepSpeed go
    their own ways, which are right.
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
            fault = f"holds no weights for {len(lost)} tensors of the model, such as {lost[0]}"
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
                raise ValueError("its settings are not those of such an optimizer")
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
    """The kind of each setting of an optimizer: a number, a pair, a switch or none."""
    return {
        name: "number" if type(value) in (int, float) and math.isfinite(value) else type(value).__name__
        for name, value in group.items()
        if name not in ("params", "param_names")
    }


def _refuse_other_layouts(optimizer: Any) -> None:
    """Refuse a state whose tensors are not laid out as the parameters, which PyTorch does not check.

    Its fused steps would read and write beyond them. PyTorch's own optimizers keep tensors of a parameter's
    shape, and scalars; Adafactor and those of other packages keep other ones, and check them.
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
                shapes = f"{tuple(value.shape)}, and its parameter {tuple(parameter.shape)}"
                raise ValueError(f"{name} has the shape {shapes}, or is laid out otherwise")


_OF_ADAM = {"step", "exp_avg", "exp_avg_sq"}


class EpochSampler(Sampler[int]):
    """A sampler whose order in an epoch follows from the seed and the epoch alone.

    TRL's own draws each epoch's order after the last one's, so that a run resumed in the third epoch gets the
    order of the first.

    Args:
        sampler: with a `generator` that its order is drawn from.
        seed: of the run.
        epochs: says how many epochs are over, with the fraction of the one that runs.
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
    """Says so when a run resumes in the middle of completions that serve several steps: they are lost.

    Args:
        micro_batches: that are trained on between two generations.
    """

    def __init__(self, micro_batches: int) -> None:
        self.micro_batches = micro_batches

    def on_train_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:  # noqa: ARG002 - by name
        """Called with the step that the run begins at: 0, or the checkpoint's."""
        if state.global_step * args.gradient_accumulation_steps % self.micro_batches:
            steps = self.micro_batches / args.gradient_accumulation_steps
            logger.warning(
                f"This run resumes at step {state.global_step}, but completions serve {steps:g} steps: "
                "the rest of the last ones is gone, and the run will not end as if it had never stopped. "
                f"It would from a checkpoint at a multiple of {steps:g} steps (save_steps)."
            )
