"""Prepare a run without loading weights: its questions, their frames, tokens, and the plan."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vsitrain.data.frames import FrameStore
from vsitrain.data.messages import question_name
from vsitrain.data.named_frames import AskedClip, clips_of, most_frames
from vsitrain.data.questions import load_questions
from vsitrain.families import family_of, limit_pixels, refuse_marks
from vsitrain.models.starting_model import adapter_config, base_of, check_adapter, is_adapter, weights_dtype
from vsitrain.plan import (
    RunPlan,
    clip_size,
    find_device,
    measure_model,
    plan,
    read_model_config,
    workload_of,
)
from vsitrain.pretrained import open_processor
from vsitrain.prompts import PromptMode, prompt_mode, target
from vsitrain.rewards import reward_functions
from vsitrain.runs.provenance import refuse_other_input
from vsitrain.settings.config import RunConfig
from vsitrain.settings.needed import check_packages
from vsitrain.settings.run_options import Method
from vsitrain.trainers.prompt_tokens import PromptTokens, prompt_tokens

if TYPE_CHECKING:
    from datasets import Dataset

# Tokens are counted for this many replies: enough to find the longest, as replies have one or two words.
_COUNTED = 1000


@dataclass(frozen=True)
class Preparation:
    """A run, ready to load its model.

    Attributes:
        method: the trainer.
        config: the settings of the run.
        mode: the prompt mode.
        rows, eval_rows: the questions; eval_rows is None if nothing is evaluated during training.
        store: the store of their frames.
        processor: the model's processor, with the pixel limits set.
        tokens: the tokens of the prompts.
        plan: the plan of the run.
    """

    method: Method
    config: RunConfig
    mode: PromptMode
    rows: "Dataset"
    eval_rows: "Dataset | None"
    store: FrameStore
    processor: Any
    tokens: PromptTokens
    plan: RunPlan


def prepare(method: Method, config: RunConfig) -> Preparation:
    """Open and check everything except the weights.

    Raises:
        VsiError: data, frames, rewards, prompt or model cannot be used.
    """
    options, args = config.options, config.training
    mode = prompt_mode(options.prompt)
    check_packages(args)
    if method == "grpo":
        from vsitrain.trainers.grpo import refuse_video_to_vllm

        refuse_video_to_vllm(args, options.input_mode)
        reward_functions(options.rewards, mode=mode, letters=options.letters, lengths=options.length_window)
    start = config.model.model_name_or_path
    refuse_other_input(start, options.input_mode)
    base = base_of(start) if is_adapter(start) else start
    model_config = read_model_config(base)
    if is_adapter(start):
        check_adapter(start, model_config)
    splits = [options.train_split]
    rows = load_questions(
        options.data,
        options.train_split,
        question_types=options.topics,
        weights=options.mix,
        limit=options.max_questions,
        seed=args.seed,
    )
    eval_rows = None
    if args.eval_strategy != "no":
        splits.append(options.eval_split)
        eval_rows = load_questions(
            options.data, options.eval_split, question_types=options.topics, seed=args.seed
        )
    store = FrameStore(
        options.data,
        splits,
        num_frames=options.frames,
        max_pixels=options.max_pixels,
        cache=options.frame_cache,
        blank=options.blank,
    )
    processor = open_processor(base)
    asked: list[AskedClip] = []
    for questions in filter(None, (rows, eval_rows)):
        store.check(questions)
        asked += clips_of(questions)
        shown = questions.select_columns(["id", "scene_name", "question", "options"])
        texts = ((question_name(row), "\n".join([row["question"], *(row["options"] or ())])) for row in shown)
        refuse_marks(processor, texts)
    if family_of(processor).limits is not None:
        limit_pixels(
            processor,
            min_pixels=options.min_pixels,
            max_pixels=options.max_pixels,
            frames=most_frames(asked, options.frames),
        )
    tokens = prompt_tokens(
        processor, rows, store, mode, form="training", letters=options.letters, input_mode=options.input_mode
    )
    return Preparation(
        method, config, mode, rows, eval_rows, store, processor, tokens,
        _plan(method, config, model_config, rows, processor, tokens),
    )  # fmt: skip


def _plan(
    method: Method,
    config: RunConfig,
    model_config: Any,
    rows: "Dataset",
    processor: Any,
    tokens: PromptTokens,
) -> RunPlan:
    options = config.options
    height, width = tokens.size
    clip = clip_size(
        model_config,
        frames=tokens.frames[1],
        height=height,
        width=width,
        min_pixels=options.min_pixels,
        max_pixels=options.max_pixels,
        input_mode=options.input_mode,
    )
    some = rows.select(range(min(len(rows), _COUNTED)))
    replies = [target(row, options.letters) for row in some]
    work = workload_of(
        method,
        config.training,
        questions=len(rows),
        clip=clip,
        text_tokens=tokens.text,
        answer_tokens=max(len(processor.tokenizer(reply)["input_ids"]) for reply in replies) + 1,
        dtype=weights_dtype(config.model, config.training),
    )
    frozen = ("vision tower", "projector") if options.freeze_vision else ()
    size = measure_model(model_config, lora=adapter_config(config.model), frozen=frozen)
    return plan(size, work, find_device(options.device))


def starting_from(prepared: Preparation, model: Path) -> Preparation:
    """The same run with another starting model, such as the merged model of an adapter."""
    settings = replace(prepared.config.model, model_name_or_path=str(model))
    return replace(prepared, config=replace(prepared.config, model=settings))
