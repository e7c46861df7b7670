"""The settings of an evaluation: as in the model's training if it is known, else as in the benchmark."""

from dataclasses import dataclass
from typing import Any, Literal

from vsidata.errors import OptionError
from vsitrain.families import InputMode
from vsitrain.prompts import PromptMode, prompt_mode
from vsitrain.runs.provenance import read_provenance

Wording = Literal["untouched", "trained"]

OFFICIAL = "official"
"""VSI-Bench's own prompt: the vanilla mode's wording for untouched models, with the options."""

_FRAMES, _MIN_PIXELS, _MAX_PIXELS = 16, 4 * 28 * 28, 128 * 28 * 28
_TOKENS = {"untouched": 16, "trained": 32}  # as in the benchmark; as in GRPO for replies without tags
_TOKENS_TO_THINK = 512


@dataclass(frozen=True)
class Settings:
    """The settings of an evaluation. Options are always shown, because the benchmark's scorer needs a letter.

    Attributes:
        mode: the prompt mode.
        wording: the mode's wording: `trained`, or `untouched` for models that were not trained here.
        input_mode: whether a clip is shown as a video or as images.
        num_frames: maximum number of frames of a clip.
        min_pixels, max_pixels: minimum and maximum number of pixels of a frame.
        max_new_tokens: maximum number of tokens of a reply.
        blank: whether frames are black, as for a control run.
    """

    mode: PromptMode
    wording: Wording
    input_mode: InputMode
    num_frames: int
    min_pixels: int
    max_pixels: int
    max_new_tokens: int
    blank: bool = False

    @property
    def form(self) -> Literal["training", "evaluation"]:
        """The form of the mode's wording."""
        return "training" if self.wording == "trained" else "evaluation"


def settings_for(
    model: str,
    *,
    prompt: str | None = None,
    wording: Wording | None = None,
    default_input_mode: InputMode = "video",
    **given: Any,
) -> Settings:
    """The settings of an evaluation.

    Args:
        model: the model. Its provenance states how it was trained, if it was trained here.
        prompt: `official`, or a prompt mode; None for the mode of its training, else `official`.
        wording: the wording. None means `trained` for a model that was trained here, unless the prompt is
            `official`, and `untouched` for others.
        default_input_mode: the input mode of a model that was not trained here.
        **given: other attributes of `Settings`; None for the value of the training, else a default.

    Raises:
        OptionError: the prompt is unknown, or the model was trained with another input mode.
    """
    known = read_provenance(model)
    prompt = prompt or (known.prompt if known else OFFICIAL)
    mode = prompt_mode("vanilla" if prompt == OFFICIAL else prompt)
    wording = wording or ("trained" if known and prompt != OFFICIAL else "untouched")
    input_mode = given.get("input_mode") or (known.input_mode if known else default_input_mode)
    if known and input_mode != known.input_mode:
        fault = f"was trained with input_mode {known.input_mode}, not {input_mode}."
        raise OptionError(model, fault, f"Remove --input-mode, or set it to {known.input_mode}.")
    least, most = known.pixels if known else (_MIN_PIXELS, _MAX_PIXELS)
    return Settings(
        mode=mode,
        wording=wording,
        input_mode=input_mode,
        num_frames=given.get("num_frames") or (known.num_frames if known else _FRAMES),
        min_pixels=given.get("min_pixels") or least,
        max_pixels=given.get("max_pixels") or most,
        max_new_tokens=given.get("max_new_tokens") or (_TOKENS_TO_THINK if mode.tags else _TOKENS[wording]),
        blank=known is not None and known.blank,
    )
