"""Pushing a trained model to the Hub: what may go wrong is found before the training, and told in words."""

from pathlib import Path
from typing import Any

from vsidata.hub.client import client
from vsidata.hub.faults import patiently, told
from vsitrain.starting_model import MERGED


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
    name = repository(args)
    with told(name):
        patiently(
            lambda: client().create_repo(
                name, private=args.hub_private_repo, token=args.hub_token, exist_ok=True
            )
        )


def push(trainer: Any) -> None:
    """Push the model that a trainer holds, with its processor, card and provenance.

    Where the run started from an adapter, the base that it was merged into goes first.

    Raises:
        VsiError: as `make_repository`; the model lies whole in the run's folder all the same.
    """
    args = trainer.args
    base = Path(args.output_dir) / MERGED
    with told(repository(args)):
        if base.is_dir() and trainer.is_world_process_zero():  # which the client leaves out for its name
            patiently(
                lambda: client().upload_folder(
                    repo_id=trainer.hub_model_id,
                    folder_path=base,
                    path_in_repo=MERGED,
                    token=args.hub_token,
                    revision=args.hub_revision,
                    commit_message="The model that the run started from",
                )
            )
        trainer.push_to_hub()
