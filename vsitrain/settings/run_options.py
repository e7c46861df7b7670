"""What a run is told beside TRL's own settings: the data, the question's form, the video, the rewards."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

Method = Literal["grpo", "sft", "dpo"]

Names = Annotated[
    tuple[str, ...], BeforeValidator(lambda given: (given,) if isinstance(given, str) else given)
]
"""A list of names; one may stand alone."""

RENAMED: Mapping[str, str] = {"num_frames": "frames", "question_types": "topics"}
"""Old names of keys, which still work in this version, with a warning."""


class RunOptions(BaseModel):
    """The keys of a recipe that are this project's; all others are TRL's (GRPOConfig, ModelConfig …).

    `vsitrain keys` prints their descriptions.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    data: str = Field(description="Folder that `vsidata build` wrote, or such a dataset on the Hub.")
    train_split: str = Field("train", description="Split to train on.")
    eval_split: str = Field(
        "validation", description="Split to evaluate on during training, where `eval_strategy` asks for it."
    )
    topics: Names | None = Field(
        None, description="Train on these topics or question types alone; null for all."
    )
    mix: dict[str, Annotated[float, Field(gt=0)]] | None = Field(
        None, description="Weight by topic or question type; null takes the questions as they come."
    )
    max_questions: Annotated[int, Field(ge=1)] | None = Field(
        None,
        description="Most questions, drawn with the seed of the run.",
        json_schema_extra={"unit": "questions"},
    )
    prompt: str = Field(
        "vanilla", description="`vanilla`, `think`, `observe`, or a YAML file with your own wording."
    )
    letters: bool = Field(
        False,
        description="Ask for the letter where a question has options; otherwise for the open answer.",
    )
    rewards: Names = Field(
        ("min_ratio", "match"), description="Names of reward functions, in the order of `reward_weights`."
    )
    length_window: tuple[int, int] | None = Field(
        None,
        description="Least and most length of a reply, for the reward `length`.",
        json_schema_extra={"unit": "words"},
    )
    input_mode: Literal["video", "images"] = Field(
        "video", description="Show the frames as one video, or as single images (vLLM, comparison)."
    )
    frames: Annotated[int, Field(ge=1)] = Field(
        16, description="Most frames of a scene that are shown.", json_schema_extra={"unit": "frames"}
    )
    min_pixels: Annotated[int, Field(ge=1)] = Field(
        4 * 28 * 28,
        description="Least size of a frame, as the processor of the model resizes it.",
        json_schema_extra={"unit": "pixels"},
    )
    max_pixels: Annotated[int, Field(ge=1)] = Field(
        128 * 28 * 28,
        description="Largest size of a frame, as the processor of the model resizes it.",
        json_schema_extra={"unit": "pixels"},
    )
    frame_cache: Annotated[int, Field(ge=1)] = Field(
        32, description="Clips that are kept decoded.", json_schema_extra={"unit": "clips"}
    )
    blank: bool = Field(
        False, description="Show black frames: a control that tells what is learned without a look."
    )
    freeze_vision: bool = Field(
        True, description="Leave the vision tower as it is, when all other parameters are trained."
    )
    wrong_answers: Names = Field(
        ("random",), description="Kinds of wrong answers for DPO; the first that applies is taken."
    )
    rollout_log: bool = Field(
        True, description="Keep every rollout with its rewards, as Parquet under `_rollouts/`."
    )
    overwrite: bool = Field(
        False, description="Remove the run that `output_dir` holds. Without it such a folder is refused."
    )
    accept_changes: bool = Field(
        False,
        description="Resume from a checkpoint although data, frames or rewards differ. Both are recorded.",
    )
    device: str | None = Field(
        None, description="Device that `--plan` reckons with; null for the one that is here."
    )

    @model_validator(mode="after")
    def _pixels_in_order(self) -> "RunOptions":
        if self.min_pixels > self.max_pixels:
            raise ValueError(f"min_pixels {self.min_pixels} is more than max_pixels {self.max_pixels}")
        return self
