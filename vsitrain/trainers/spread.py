"""Show clips to a trainer's models, and find out whether their weights are split over processes."""

from typing import Any

from accelerate import DistributedType

from vsitrain.families import show_rows


def spreads_weights(accelerator: Any) -> bool:
    """Return whether a process has only a share of the weights (FSDP, ZeRO-3).

    Then no part of the model can run on its own.
    """
    deepspeed = getattr(accelerator.state, "deepspeed_plugin", None)
    zero3 = deepspeed is not None and int(deepspeed.zero_stage) == 3
    return bool(zero3 or accelerator.distributed_type == DistributedType.FSDP)


def show_rows_to(trainer: Any, processor: Any, *, shares: bool = True) -> None:
    """Show the clips of the collator's rows to a trainer's models.

    Args:
        trainer: a trainer of TRL.
        processor: the processor of its model.
        shares: whether the vision tower may run once per clip.
    """
    accelerator = trainer.accelerator
    reference = getattr(trainer, "ref_model", None)
    show_rows(
        accelerator.unwrap_model(trainer.model),
        processor,
        reference=None if reference is None else accelerator.unwrap_model(reference),
        shares=shares and not spreads_weights(accelerator),
        precision=accelerator.autocast,
    )
