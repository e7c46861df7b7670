"""Resuming a run so that it ends as if it had never stopped."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from torch.utils.data import Sampler
from transformers import Trainer, TrainerCallback
from transformers.utils import logging

from vsidata.errors import VsiError

logger = logging.get_logger(__name__)


class ExactResume(Trainer):
    """Mixed into a trainer, it resumes full-parameter training from the weights of the checkpoint.

    Left alone, a trainer loads the checkpoint's tensors under the names that they have on disk. For many
    vision-language models these are others than in memory: none is found, a warning is logged, and training
    goes on from the weights of the base model (transformers issue 43701). Adapters, FSDP and DeepSpeed go
    their own ways, which are right.
    """

    def _load_from_checkpoint(self, resume_from_checkpoint: str, model: Any = None) -> None:
        if not self._is_whole_model(resume_from_checkpoint):
            super()._load_from_checkpoint(resume_from_checkpoint, model)
            return
        target: Any = self.model if model is None else model
        saved, report = type(target).from_pretrained(
            resume_from_checkpoint, dtype=target.dtype, output_loading_info=True
        )
        if lost := sorted({*report["missing_keys"], *report["mismatched_keys"]}):
            fault = f"holds no weights for {len(lost)} tensors of the model, such as {lost[0]}"
            remedy = "Resume from another checkpoint, with the model that it was made from."
            raise VsiError(resume_from_checkpoint, fault, remedy)
        target.load_state_dict(saved.state_dict(), strict=True)

    def _load_best_model(self) -> None:
        best = self.state.best_model_checkpoint
        if best is None or not self._is_whole_model(best):
            super()._load_best_model()
        else:
            self._load_from_checkpoint(best)

    def _is_whole_model(self, checkpoint: str) -> bool:
        distributed = self.is_fsdp_enabled or self.is_deepspeed_enabled
        return not distributed and (Path(checkpoint) / "config.json").is_file()


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
