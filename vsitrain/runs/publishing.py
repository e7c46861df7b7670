"""Push a trained model to the Hub: only the files of the model, after a search for secrets."""

from collections.abc import Sequence
from concurrent.futures import Future, wait
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from huggingface_hub import CommitOperationAdd, HfApi
from transformers.trainer import TRAINING_ARGS_NAME
from transformers.trainer_utils import PREFIX_CHECKPOINT_DIR, HubStrategy
from transformers.utils import logging
from trl.trainer.base_trainer import _BaseTrainer

from vsidata.errors import VsiError
from vsidata.files.hub.client import client
from vsidata.files.hub.faults import UnreachableError, explain_hub_errors, with_retries
from vsidata.files.hub.secret_scan import refuse_secrets
from vsidata.screen.stopping import message_on_stop
from vsitrain.runs.checkpoints import last_checkpoint
from vsitrain.runs.provenance import MERGED

logger = logging.get_logger(__name__)

_OF_A_MODEL = ("*.safetensors", "*.json", "*.jinja", "*.model", "merges.txt", "vocab.txt", "README.md")
"""Files of a model's folder that are uploaded: weights, settings, processor, tokenizer, card."""


@dataclass(frozen=True)
class Repository:
    """The repository on the Hub that a run pushes to.

    Attributes:
        api: the Hub's client, with the token.
        name: the name of the model on the Hub, `NAME/MODEL`.
        branch: the branch; None for the main branch.
    """

    api: HfApi
    name: str
    branch: str | None

    def send(self, files: dict[str, Path], message: str) -> None:
        """Upload files in one commit: all of them, or none.

        Args:
            files: files on the disk, by their path in the repository.
            message: the commit message.

        Raises:
            VsiError: a file contains a secret, or the Hub refused, failed, or cannot be reached.
        """
        refuse_secrets(files, _token(self.api))
        with explain_hub_errors(self.name, _token(self.api)):
            with_retries(
                lambda: self.api.create_commit(
                    self.name,
                    [CommitOperationAdd(path, str(file)) for path, file in files.items()],
                    commit_message=message,
                    revision=self.branch,
                )
            )


def make_repository(args: Any, token: str | None) -> Repository:
    """Create the repository and the branch of a run, if they do not exist.

    This is done before the training, so that missing permissions are found early.

    Args:
        args: TRL's configuration, with `push_to_hub`.
        token: the user's token; None for the token of `hf auth login` or HF_TOKEN.

    Raises:
        VsiError: the Hub does not accept the token, or cannot be reached.
    """
    name = str(args.hub_model_id or Path(args.output_dir).name)
    api = client(token)
    with explain_hub_errors(name, token):
        made = with_retries(lambda: api.create_repo(name, private=args.hub_private_repo, exist_ok=True))
        branch = args.hub_revision
        if branch is not None and not branch.startswith("refs/"):  # a pull request exists already
            with_retries(lambda: api.create_branch(made.repo_id, branch=branch, exist_ok=True))
    return Repository(api, made.repo_id, branch)


class CleanPush(_BaseTrainer):
    """Mixin for a trainer that uploads only the files of the model from the run's folder.

    The Trainer's own method uploads `training_args.bin`, a pickle of all settings including the Hub's token,
    and every other file in the folder.

    Attributes:
        repository: the repository to push to; None in all processes except the first, and in a run that does
            not push.
    """

    repository: Repository | None = None
    _pushes: Sequence[Future[None]] = ()

    def init_hf_repo(self, token: str | None = None, private: bool | None = None) -> None:
        """Do nothing: `make_repository` made the repository before the trainer was made."""

    def push_to_hub(self, commit_message: str | None = "End of training", **_: Any) -> None:  # type: ignore[override]
        """Save the model, and push it.

        Raises:
            VsiError: as for `Repository.send`. The run's folder contains the complete model all the same.
        """
        self.save_model(_internal_call=True)
        if self.repository is None:
            return
        self.create_model_card(model_name=self.repository.name.rpartition("/")[2])
        self.callback_handler.on_push_begin(self.args, self.state, self.control)
        out = Path(str(self.args.output_dir))
        with message_on_stop(
            f"{self.repository.name} contains either the complete model or none of it. {_push_hint(out)}"
        ):
            self._finish_current_push()
            try:
                self.repository.send(self._published(out), str(commit_message))
            except UnreachableError as error:
                raise UnreachableError(error.file, error.fault, _push_hint(out)) from error
            except VsiError as error:
                raise VsiError(error.file, error.fault, f"{error.remedy} {_push_hint(out)}") from error

    def _push_from_checkpoint(self, checkpoint_folder: str) -> None:
        """Push the model of a checkpoint during the training, according to `hub_strategy`."""
        strategy, running = self.args.hub_strategy, [job for job in self._pushes if not job.done()]
        if self.repository is None or strategy == HubStrategy.END:
            return
        if running and not self.args.hub_always_push:
            return
        self.callback_handler.on_push_begin(self.args, self.state, self.control)
        folder = Path(checkpoint_folder)
        files = self._published(folder)
        if strategy in (HubStrategy.CHECKPOINT, HubStrategy.ALL_CHECKPOINTS):
            name = f"last-{PREFIX_CHECKPOINT_DIR}" if strategy == HubStrategy.CHECKPOINT else folder.name
            for path in filter(_is_file, folder.rglob("*")):
                if path.name != TRAINING_ARGS_NAME:
                    files[f"{name}/{path.relative_to(folder).as_posix()}"] = path
        message = f"Training in progress, {folder.name}"
        self._pushes = [*running, self.repository.api.run_as_future(self._try_to_send, files, message)]

    def _finish_current_push(self) -> None:
        wait(self._pushes)

    def _try_to_send(self, files: dict[str, Path], message: str) -> None:
        """Upload the files, or log the fault: the training continues, and pushes again later."""
        try:
            self.repository.send(files, message)  # type: ignore[union-attr]
        except Exception as error:
            logger.warning(f"{message}: not pushed. {error}")

    def _published(self, folder: Path) -> dict[str, Path]:
        """The files of a model, with the base of its adapter if the run made that base."""
        base = Path(str(self.args.output_dir)) / MERGED
        of_base = {f"{MERGED}/{name}": path for name, path in _files_of_model(base).items()}
        return of_base | _files_of_model(folder)


def _push_hint(out: Path) -> str:
    """The sentence about pushing a model that is trained and saved."""
    kept = f"The complete model is in {out}."
    if last_checkpoint(out) is not None:
        return f"{kept} To push it, run the same command with --resume_from_checkpoint last."
    included = " ".join(f"--include '{pattern}'" for pattern in _OF_A_MODEL)
    return f"{kept} To push it, run `hf upload NAME/MODEL {out} . {included}`."


def _files_of_model(folder: Path) -> dict[str, Path]:
    found = (path for pattern in _OF_A_MODEL for path in sorted(folder.glob(pattern)))
    return {path.name: path for path in found if _is_file(path)}


def _is_file(path: Path) -> bool:
    """Return whether a path is a file of the folder itself. The targets of links are not uploaded."""
    return path.is_file() and not path.is_symlink()


def _token(api: HfApi) -> str | None:
    return api.token if isinstance(api.token, str) else None
