"""Prompt modes: the instructions to a model on how to reply. The files are in modes/*.yaml."""

from importlib import resources
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from vsidata.errors import OptionError
from vsidata.rules.constant import Rules
from vsidata.rules.strict_yaml import read_mapping, validate

PROMPT_MODES = ("vanilla", "think", "observe")
"""The modes of this package. A new mode needs a file in modes/ and its name here."""

Form = Literal["training", "evaluation"]
_Text = Annotated[str, Field(min_length=1)]
_Tag = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*$")]

# VSI-Bench's wording for choices, without its "directly", which would forbid thinking first.
_LETTER = "Answer with the option's letter from the given choices."


class PromptMode(Rules):
    """Instructions to a model on how to reply.

    Attributes:
        name: the mode's name in recipes and logs.
        why, source: its purpose, and the source of its wordings.
        tags: the tags of a reply to the training wording, in order, with `answer` last; empty if the reply is
            the answer only.
        opening: a line before the question, in the evaluation form only.
        training: the wording for training, and for the evaluation of models that were trained with it.
        evaluation: the wording for models that were not trained here.
        training_letter, evaluation_letter: the wording if the letter of an option is asked for; None: a line
            asks for the letter, and the general wording follows.
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
            raise ValueError(f"the list of tags contains a tag twice: {', '.join(self.tags)}")
        if self.tags and self.tags[-1] != "answer":
            raise ValueError(f"the last tag is `{self.tags[-1]}`, but must be `answer`")
        for wording in filter(None, (self.training, self.training_letter)):
            if missing := [tag for tag in self.tags if f"<{tag}>" not in wording]:
                raise ValueError(f"a training wording does not ask for <{missing[0]}>")
        return self

    def wording(self, form: Form, letter: bool) -> str:
        """The text after the question and its options."""
        own = self.training_letter if form == "training" else self.evaluation_letter
        plain = self.training if form == "training" else self.evaluation
        return (own or f"{_LETTER}\n{plain}") if letter else plain


def prompt_mode(name_or_path: str | Path) -> PromptMode:
    """A mode of this package by name (`think`), or a user's own mode by the path of its YAML file.

    Raises:
        OptionError: the mode does not exist.
        RulesError: the file cannot be read, or has an unknown key or a wrong value; the error states the
            line.
    """
    path = Path(name_or_path)
    if path.suffix not in (".yaml", ".yml"):
        if str(name_or_path) not in PROMPT_MODES:
            remedy = f"Choose from: {', '.join(PROMPT_MODES)}; or pass a YAML file with your own wordings."
            raise OptionError(f"prompt {name_or_path}", "is not a prompt mode.", remedy)
        path = Path(str(resources.files(__package__) / "modes" / f"{name_or_path}.yaml"))
    return validate(PromptMode, *read_mapping(path), path)
