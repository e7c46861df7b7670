"""Pushing a trained model to the Hub: what may go wrong is found before the training, and told in words."""

from pathlib import Path
from typing import Any

from vsidata.hub.faults import patiently, told


def repository(args: Any) -> str:
    """Where a run pushes to: as the recipe says, or the name of its folder."""
    return str(args.hub_model_id or Path(args.output_dir).name)


def make_repository(args: Any) -> None:
    """Make the repository of a run, or find it: whether that is allowed is better known before the training.

    Args:
        args: TRL's configuration, with `push_to_hub`.

    Raises:
        VsiError: the Hub does not know the token, refuses it, or cannot be reached.
    """
    from vsidata.hub.client import client

    name = repository(args)
    with told(name):
        patiently(
            lambda: client().create_repo(
                name, private=args.hub_private_repo, token=args.hub_token, exist_ok=True
            )
        )


def push(trainer: Any) -> None:
    """Push the model that a trainer holds, with its processor, card and provenance.

    Raises:
        VsiError: as `make_repository`; the model lies whole in the run's folder all the same.
    """
    with told(repository(trainer.args)):
        trainer.push_to_hub()
