"""Count the tokens of the frames and texts of a run's prompts, before the run starts."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow.compute as pc

from vsidata.plain_text import counted
from vsitrain.data.frames import FrameStore
from vsitrain.data.messages import conversation
from vsitrain.data.named_frames import clips_of
from vsitrain.families import InputMode, clip_tokens
from vsitrain.prompts import PromptMode
from vsitrain.prompts.mode import Form

if TYPE_CHECKING:
    from datasets import Dataset

# The tokens of texts are counted for the longest prompt and this many others: enough for a median.
_COUNTED = 1000


@dataclass(frozen=True)
class PromptTokens:
    """Tokens of a run's prompts.

    Attributes:
        prompts, scenes: number of prompts and scenes.
        frames: minimum and maximum number of frames of a clip.
        scenes_with_fewer: number of scenes that store fewer frames than requested, and so show fewer.
            Questions that name their frames do not count.
        size: height and width of the largest frame, before the model's processor rounds it.
        video: minimum and maximum number of tokens of a clip.
        text: median number of other tokens of a prompt, including those of the chat template.
        median, longest: number of tokens of complete prompts, without the reply.
    """

    prompts: int
    scenes: int
    frames: tuple[int, int]
    scenes_with_fewer: int
    size: tuple[int, int]
    video: tuple[int, int]
    text: int
    median: int
    longest: int

    def __str__(self) -> str:
        height, width = self.size
        fewer = f" ({self.scenes_with_fewer:,} with fewer than requested)" if self.scenes_with_fewer else ""
        return (
            f"{counted(self.prompts, 'prompt')} about {counted(self.scenes, 'scene')}, "
            f"{_range(self.frames)} frames each{fewer}, at most {width} × {height} pixels. "
            f"Tokens: {_range(self.video)} of video and about {self.text:,} of text; "
            f"a prompt has {self.median:,}, the longest {self.longest:,}."
        )


def prompt_tokens(
    processor: Any,
    rows: "Dataset",
    store: FrameStore,
    mode: PromptMode,
    *,
    form: Form,
    letters: bool,
    input_mode: InputMode = "video",
) -> PromptTokens:
    """Count the tokens of a run's prompts without decoding pictures.

    The tokens of videos are counted for every clip, those of texts for the longest question and at most a
    thousand others.

    Args:
        processor: the model's processor, with its pixel limits set.
        rows: the questions.
        store: the store of their frames.
        mode, form, letters: as for `vsitrain.prompts.ask`.
        input_mode: whether a clip is shown as a video or as images.

    Raises:
        OptionError: a scene has no frames.
    """
    clips = clips_of(rows)
    shape_of = {clip: store.shape(*clip) for clip in dict.fromkeys(clips)}
    video_of = {
        shape: clip_tokens(processor, *shape, input_mode=input_mode) for shape in {*shape_of.values()}
    }
    counted = _some_and_the_longest(rows)
    video = np.array([video_of[shape_of[clips[place]]] for place in counted])
    text = np.array([_text_tokens(processor, rows[place], mode, form, letters) for place in counted])
    frames = [shape[0] for shape in shape_of.values()]
    return PromptTokens(
        prompts=len(rows),
        scenes=len({clip[:2] for clip in shape_of}),
        frames=(min(frames), max(frames)),
        scenes_with_fewer=sum(
            shape[0] < store.num_frames for clip, shape in shape_of.items() if clip.frames is None
        ),
        size=max((shape[1:] for shape in shape_of.values()), key=lambda size: size[0] * size[1]),
        video=(min(video_of.values()), max(video_of.values())),
        text=int(np.median(text)),
        median=int(np.median(video + text)),
        longest=int(max(video_of.values()) + text.max()),
    )


def _some_and_the_longest(rows: "Dataset") -> list[int]:
    questions = rows.select_columns(["question"]).with_format("arrow")[:]["question"]
    longest = int(np.argmax(pc.utf8_length(questions).to_numpy()))
    drawn = np.random.default_rng(0).permutation(len(rows))[:_COUNTED].tolist()
    return [longest, *drawn]


def _text_tokens(processor: Any, row: Any, mode: PromptMode, form: Form, letters: bool) -> int:
    (message,) = conversation(row, mode, form=form, letters=letters)
    words = [{**message, "content": [part for part in message["content"] if part["type"] == "text"]}]
    text = processor.apply_chat_template(words, add_generation_prompt=True, tokenize=False)
    return len(processor.tokenizer(text)["input_ids"])


def _range(ends: tuple[int, int]) -> str:
    return f"{ends[0]:,}" if ends[0] == ends[1] else f"{ends[0]:,} to {ends[1]:,}"
