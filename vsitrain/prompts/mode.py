"""Prompt modes: how a model is told to reply. The files are in modes/*.yaml."""

from importlib import resources
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from vsidata.errors import OptionError
from vsidata.rules.constant import Rules
from vsidata.rules.strict_yaml import read_mapping, validate

PROMPT_MODES = ("vanilla", "think", "observe")
"""The modes of this package. A new one is a file in modes/ and its name here."""

Form = Literal["training", "evaluation"]
_Text = Annotated[str, Field(min_length=1)]
_Tag = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*$")]

# VSI-Bench's words for choices without its "directly", which would forbid to think first.
_LETTER = "Answer with the option's letter from the given choices."


class PromptMode(Rules):
    """How a model is told to reply.

    Attributes:
        name: what it is called in recipes and logs.
        why, source: what it is for, and whose wordings they are.
        tags: the tags of a reply to the training wording, in order, the last of them `answer`; none where the
            reply is the answer alone.
        opening: a line before the question, in the evaluation form only.
        training: the wording to train with, and to evaluate what was trained with it.
        evaluation: the wording for models that were not trained here.
        training_letter, evaluation_letter: the wording where the letter of an option is wanted; None for a
            line that asks for the letter, and then the wording.
    """

    name: _Text
    why: str = ""
    source: str = ""
    tags: tuple[_Tag, ...] = ()
    opening: str = ""
    training: _Text
    evaluation: _Text
    training_letter: _Text | None = None
    evaluation_letter: _Text | None = None

    @model_validator(mode="after")
    def _tags_are_asked_for(self) -> "PromptMode":
        if len({*self.tags}) < len(self.tags):
            raise ValueError(f"the tags {', '.join(self.tags)} name one twice")
        if self.tags and self.tags[-1] != "answer":
            raise ValueError(f"the last of the tags is `{self.tags[-1]}`, and should be `answer`")
        for wording in filter(None, (self.training, self.training_letter)):
            if missing := [tag for tag in self.tags if f"<{tag}>" not in wording]:
                raise ValueError(f"a training wording does not ask for <{missing[0]}>")
        return self

    def wording(self, form: Form, letter: bool) -> str:
        """What follows the question and its options."""
        own = self.training_letter if form == "training" else self.evaluation_letter
        plain = self.training if form == "training" else self.evaluation
        return (own or f"{_LETTER}\n{plain}") if letter else plain


def prompt_mode(name_or_path: str | Path) -> PromptMode:
    """A mode of this package by name (`think`), or a user's own by the path of its YAML file.

    Raises:
        OptionError: no such mode.
        RulesError: the file cannot be read, has an unknown key or a wrong value, with its line.
    """
    path = Path(name_or_path)
    if path.suffix not in (".yaml", ".yml"):
        if str(name_or_path) not in PROMPT_MODES:
            remedy = f"Choose from: {', '.join(PROMPT_MODES)}; or name a YAML file with wordings of your own."
            raise OptionError(f"prompt {name_or_path}", "is no prompt mode.", remedy)
        path = Path(str(resources.files(__package__) / "modes" / f"{name_or_path}.yaml"))
    return validate(PromptMode, *read_mapping(path), path)
