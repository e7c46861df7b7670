"""Make batches for training from rows of questions: prompts with their clips, and replies after them.

A reply is the text that the model should generate after the prompt, in the form of the chat template, up to
and including the token that ends a turn.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import torch

from vsidata.errors import OptionError, VsiError
from vsitrain.data.clip import Clip
from vsitrain.data.messages import conversation, question_name
from vsitrain.data.named_frames import Places, clip_of
from vsitrain.families import EncodedPrompt, InputMode, encode_rows, family_of, padded
from vsitrain.preferences import wrong_answer
from vsitrain.prompts import PromptMode, target

Question = Mapping[str, Any]

IGNORED = -100
"""The label of a token that no loss is computed on."""


class ClipStore(Protocol):
    """The clips of scenes, such as `vsitrain.data.frames.FrameStore`."""

    def clip(self, scene_name: str, dataset: str, frames: Places | None = None) -> Clip:
        """The clip of a scene: the named frames, or any frames of it."""


@dataclass(frozen=True)
class PromptMaker:
    """Makes prompts from questions.

    Attributes:
        processor: the model's processor, with its pixel limits set.
        store: the store of the clips.
        mode: the prompt mode; its training wording is used.
        letters: whether a letter is asked for if there are options; see `vsitrain.prompts.wants_letter`.
        input_mode: whether a clip is shown as a video or as images.

    Raises:
        VsiError: the family of the processor is not supported.
        OptionError: the mode requires more in a reply than the answer.
    """

    processor: Any
    store: ClipStore
    mode: PromptMode
    letters: bool
    input_mode: InputMode = "video"

    def __post_init__(self) -> None:
        family_of(self.processor)
        if self.mode.tags[:-1]:
            fault = f"requires <{self.mode.tags[0]}> in a reply, but the answers of a build do not have it."
            remedy = "Choose vanilla or another mode without such a tag, or train this mode with grpo."
            raise OptionError(f"prompt {self.mode.name}", fault, remedy)

    def prompts(self, rows: Sequence[Question]) -> list[EncodedPrompt]:
        """The prompts of questions with their clips, up to the reply."""
        messages = [conversation(row, self.mode, form="training", letters=self.letters) for row in rows]
        clips = [self.store.clip(*clip_of(row)) for row in rows]
        names = [question_name(row) for row in rows]
        return encode_rows(self.processor, messages, clips, input_mode=self.input_mode, names=names)

    def reply(self, row: Question, answer: str) -> list[int]:
        """Tokens of a reply that states an answer, with the token that ends it.

        Raises:
            VsiError: the chat template writes a prompt differently if it is followed by a reply.
        """
        messages = conversation(row, self.mode, form="training", letters=self.letters)
        text = f"<answer>{answer}</answer>" if self.mode.tags else answer
        said = [*messages, {"role": "assistant", "content": [{"type": "text", "text": text}]}]
        prompt = self.processor.apply_chat_template(messages, add_generation_prompt=True, tokenize=False)
        whole = self.processor.apply_chat_template(said, tokenize=False)
        if not whole.startswith(prompt):
            fault = "has a chat template that writes a prompt differently if it is followed by a reply"
            raise VsiError(
                type(self.processor).__name__, fault, "Use a template that does not change the prompt."
            )
        reply = whole.removeprefix(prompt).rstrip()
        tokens: list[int] = self.processor.tokenizer(reply, add_special_tokens=False)["input_ids"]
        return tokens

    def batch(
        self, prompts: Sequence[EncodedPrompt], replies: Sequence[Sequence[int]]
    ) -> tuple[dict[str, Any], torch.Tensor]:
        """Prompts with their replies, padded on the right.

        Returns:
            Inputs of a model that `vsitrain.families.show_rows` was called for: `rows`, and (n, tokens)
            `input_ids` and `attention_mask`. Also a mask (n, tokens), which is 1 at the tokens of replies.
        """
        rows = [
            EncodedPrompt([*prompt.input_ids, *reply], prompt.vision)
            for prompt, reply in zip(prompts, replies, strict=True)
        ]
        inputs: dict[str, Any] = {**padded(self.processor, rows, padding_side="right"), "rows": rows}
        in_reply = torch.zeros_like(inputs["input_ids"])
        for mask, prompt, row in zip(in_reply, prompts, rows, strict=True):
            mask[len(prompt.input_ids) : len(row.input_ids)] = 1
        return inputs, in_reply


@dataclass(frozen=True)
class AnswerCollator:
    """Questions with the right replies, for supervised fine-tuning. The loss counts only the reply."""

    asking: PromptMaker

    def __call__(self, rows: Sequence[Question]) -> dict[str, Any]:
        """The model's inputs and `labels` (n, tokens), which are IGNORED outside the replies."""
        replies = [self.asking.reply(row, target(row, self.asking.letters)) for row in rows]
        inputs, in_reply = self.asking.batch(self.asking.prompts(rows), replies)
        return {**inputs, "labels": inputs["input_ids"].where(in_reply.bool(), IGNORED)}


@dataclass(frozen=True)
class PreferenceCollator:
    """Questions with right and wrong replies, for preference optimisation.

    Attributes:
        asking: the maker of prompts.
        kinds, seed: kinds and random seed of the wrong answers, as for `vsitrain.preferences.wrong_answer`.
    """

    asking: PromptMaker
    kinds: tuple[str, ...]
    seed: int

    def __call__(self, rows: Sequence[Question]) -> dict[str, Any]:
        """The model's inputs for n questions with the right replies, then for the same with wrong replies.

        `completion_mask` (2n, tokens) is 1 at the tokens of replies.
        """
        right = [target(row, self.asking.letters) for row in rows]
        wrong = [wrong_answer(row, self.kinds, letters=self.asking.letters, seed=self.seed) for row in rows]
        answered = zip([*rows, *rows], right + wrong, strict=True)
        replies = [self.asking.reply(row, answer) for row, answer in answered]
        inputs, in_reply = self.asking.batch(self.asking.prompts(rows) * 2, replies)
        return {**inputs, "completion_mask": in_reply}
