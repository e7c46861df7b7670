"""Settings of a run that are not TRL's: the data, the form of a question, the video, the rewards."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

Method = Literal["grpo", "sft", "dpo"]

Names = Annotated[
    tuple[str, ...], BeforeValidator(lambda given: (given,) if isinstance(given, str) else given)
]
"""A list of names; a single name needs no list."""

RENAMED: Mapping[str, str] = {"num_frames": "frames", "question_types": "topics"}
"""Old names of keys. They still work in this version, with a warning."""


class RunOptions(BaseModel):
    """This project's keys of a recipe. All other keys are TRL's (GRPOConfig, ModelConfig …).

    `vsitrain keys` prints their descriptions.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    data: str = Field(description="Folder of a build, or its name on the Hub.")
    train_split: str = Field("train", description="Split to train on.")
    eval_split: str = Field(
        "validation", description="Split to evaluate on during training, if `eval_strategy` is set."
    )
    topics: Names | None = Field(None, description="Topics or question types to train on; null for all.")
    mix: dict[str, Annotated[float, Field(gt=0)]] | None = Field(
        None, description="Weight by topic or question type; null for no weights."
    )
    max_questions: Annotated[int, Field(ge=1)] | None = Field(
        None,
        description="Maximum number of questions, drawn with the seed of the run; null for all.",
        json_schema_extra={"unit": "questions"},
    )
    prompt: str = Field(
        "vanilla", description="Prompt mode: `vanilla`, `think`, `observe`, or a YAML file of your own."
    )
    letters: bool = Field(
        False,
        description="Ask for the letter if a question has options. False asks for the open answer.",
    )
    rewards: Names = Field(
        ("min_ratio", "match"), description="Names of reward functions, in the order of `reward_weights`."
    )
    length_window: tuple[int, int] | None = Field(
        None,
        description="Minimum and maximum length of a reply, for the reward `length`.",
        json_schema_extra={"unit": "words"},
    )
    input_mode: Literal["video", "images"] = Field(
        "video", description="Show the frames as one video, or as single images (vLLM, comparison)."
    )
    frames: Annotated[int, Field(ge=1)] = Field(
        16,
        description="Maximum number of frames shown per scene, for questions that do not list their frames.",
        json_schema_extra={"unit": "frames"},
    )
    min_pixels: Annotated[int, Field(ge=1)] = Field(
        4 * 28 * 28,
        description="Minimum size of a frame, as the processor of the model resizes it.",
        json_schema_extra={"unit": "pixels"},
    )
    max_pixels: Annotated[int, Field(ge=1)] = Field(
        128 * 28 * 28,
        description="Maximum size of a frame, as the processor of the model resizes it.",
        json_schema_extra={"unit": "pixels"},
    )
    frame_cache: Annotated[int, Field(ge=1)] = Field(
        32,
        description="Number of decoded clips that are kept in memory.",
        json_schema_extra={"unit": "clips"},
    )
    blank: bool = Field(
        False, description="Show black frames: a control run that measures what is learned without the video."
    )
    freeze_vision: bool = Field(
        True,
        description="Keep the vision tower frozen if there is no adapter. All other parameters are trained.",
    )
    wrong_answers: Names = Field(
        ("random",),
        description="Kinds of wrong answers for DPO. The first kind that applies to a question is used.",
    )
    rollout_log: bool = Field(
        True, description="Write every rollout with its rewards to Parquet files in `_rollouts/`."
    )
    overwrite: bool = Field(
        False,
        description="Remove the run in `output_dir`. If false, a folder with a run is refused.",
    )
    accept_changes: bool = Field(
        False,
        description="Resume from a checkpoint even if data, frames or rewards differ, and record the change.",
    )
    device: str | None = Field(
        None, description="Device that `--plan` computes for; null for the device of this machine."
    )

    @model_validator(mode="after")
    def _pixels_in_order(self) -> "RunOptions":
        if self.min_pixels > self.max_pixels:
            raise ValueError(f"min_pixels {self.min_pixels} is more than max_pixels {self.max_pixels}")
        return self
