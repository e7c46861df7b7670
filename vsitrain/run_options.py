"""What a run is told beside TRL's own settings: the data, the question's form, the video, the rewards."""

from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

Method = Literal["grpo", "sft", "dpo"]

Names = Annotated[
    tuple[str, ...], BeforeValidator(lambda given: (given,) if isinstance(given, str) else given)
]
"""A list of names; one may stand alone."""


class RunOptions(BaseModel):
    """The keys of a recipe that are this project's; all others are TRL's (GRPOConfig, ModelConfig …).

    Attributes:
        data: a folder that `vsidata build` wrote, or such a dataset on the Hub (`qa` and `frames`).
        train_split: the split to train on.
        eval_split: the split to evaluate on during training, where `eval_strategy` asks for it.
        question_types: only these; None for all.
        mix: weight by question type or topic; None takes the questions as they come.
        max_questions: at most so many, drawn with the run's seed.
        prompt: `vanilla`, `think`, `observe`, or the path of a YAML file with one's own wording.
        letters: show the options and want the letter, where there are any; else the open answer is wanted.
        rewards: names of reward functions, in the order of TRL's `reward_weights`.
        length_window: least and most words of a reply, for the reward `length`.
        input_mode: frames as one `video`, or as single `images` (vLLM, comparison).
        num_frames: most frames of a scene that are shown.
        min_pixels, max_pixels: of a frame, as the model's processor resizes it.
        frame_cache: clips that are kept decoded.
        blank: show black frames: the control that tells what is learned without a look.
        freeze_vision: leave the vision tower as it is, when all other parameters are trained.
        wrong_answers: kinds of wrong answers for DPO, the first that applies.
        rollout_log: keep every rollout with its rewards, as Parquet under `_rollouts/`.
        overwrite: remove the run that `output_dir` holds. Without it such a folder is refused.
        accept_changes: go on from a checkpoint although data, frames or rewards differ. Both are recorded.
        device: name of the device that `--plan` reckons with; None for the one that is here.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    data: str
    train_split: str = "train"
    eval_split: str = "validation"
    question_types: Names | None = None
    mix: dict[str, Annotated[float, Field(gt=0)]] | None = None
    max_questions: Annotated[int, Field(ge=1)] | None = None
    prompt: str = "vanilla"
    letters: bool = False
    rewards: Names = ("min_ratio", "match")
    length_window: tuple[int, int] | None = None
    input_mode: Literal["video", "images"] = "video"
    num_frames: Annotated[int, Field(ge=1)] = 16
    min_pixels: Annotated[int, Field(ge=1)] = 4 * 28 * 28
    max_pixels: Annotated[int, Field(ge=1)] = 128 * 28 * 28
    frame_cache: Annotated[int, Field(ge=1)] = 32
    blank: bool = False
    freeze_vision: bool = True
    wrong_answers: Names = ("random",)
    rollout_log: bool = True
    overwrite: bool = False
    accept_changes: bool = False
    device: str | None = None

    @model_validator(mode="after")
    def _pixels_in_order(self) -> "RunOptions":
        if self.min_pixels > self.max_pixels:
            raise ValueError(f"min_pixels {self.min_pixels} is more than max_pixels {self.max_pixels}")
        return self
