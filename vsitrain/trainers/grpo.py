"""GRPO on video, which TRL's trainer does not support: it reads images only.

With a video in the prompt, TRL generates with it and computes the loss without it. It raises no error, and
the model learns nothing from the video. Here the clips are kept next to the batch, not in datasets and logs,
and are inputs of every pass of the model: the generation, and the old, the reference and the new
log-probabilities.

The vision tower runs once per distinct clip of a generation round. Its features are used in all these passes
in place of the pixels. If the tower is trained, the reference has a tower of its own, which runs once, too.
The trained tower also runs with gradients, once per distinct clip of an optimizer step.

A thread prepares the clips of the next round while the present one is generated and trained.
"""

import copy
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from functools import partial
from pathlib import Path
from typing import Any

import torch
from accelerate.utils import is_peft_model
from peft.tuners.tuners_utils import BaseTunerLayer
from torch import Tensor
from transformers import TrainerCallback
from trl.trainer.grpo_config import GRPOConfig
from trl.trainer.grpo_trainer import GRPOTrainer

from vsidata.errors import OptionError
from vsitrain.data.clip import Clip
from vsitrain.data.messages import question_name
from vsitrain.families import (
    EncodedPrompt,
    InputMode,
    OncePerStep,
    base_model,
    clip_tensors,
    encode_rows,
    family_of,
    fitted,
    joined,
    pad_token_ids,
    refuse_blind_passes,
    same_tower,
    stills,
    token_types,
    trains_tower,
    unexpanded,
    with_features,
    without_features,
)
from vsitrain.runs.checkpoints import WholeCheckpoints
from vsitrain.runs.history import BY_TOPIC
from vsitrain.runs.publishing import CleanPush
from vsitrain.runs.rollouts import RolloutCallback, RolloutLog, Rollouts
from vsitrain.settings.ineffective import refuse_ineffective_args
from vsitrain.trainers.prepared_ahead import PreparedAhead
from vsitrain.trainers.resume import EpochSampler, ExactResume, GenerationBoundary
from vsitrain.trainers.spread import show_rows_to, spreads_weights

_NEVER = -100.0
"""The value that vLLM adds to the logit of a token that must not be generated: its lowest possible value."""


class _OnlyFigures(TrainerCallback):
    """Removes figures without a value from TRL's logs, because TensorBoard warns about each of them."""

    def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **_: Any) -> None:  # noqa: ARG002
        for name in [name for name, value in (logs or {}).items() if value is None]:
            del logs[name]


class VideoGRPOTrainer(CleanPush, WholeCheckpoints, ExactResume, GRPOTrainer):
    """TRL's GRPO trainer with a clip for every prompt.

    Args:
        model, reward_funcs, args, train_dataset: as for TRL's trainer. A row of the dataset has its messages
            in `prompt`, with one part `{"type": "video"}` as the place of the clip, and columns for rewards
            and `clip_of`.
        processing_class: the model's processor, with its pixel limits set.
        clip_of: a function from a row to its clip, called when the clip is needed.
        input_mode: whether a clip is shown as a video or as images. vLLM supports images only.
        rollouts: the folder for the completions of training; None to store no completions.
        share_features: whether the vision tower runs once per distinct clip. False runs it in every pass, for
            a comparison.
        **others: as for TRL's trainer.

    Raises:
        VsiError: the family of the processor is not supported.
        OptionError: `args` have a setting without effect, use vLLM with video, remove columns, or need more
            prompts at a time than there are.
    """

    def __init__(
        self,
        model: Any,
        reward_funcs: Any,
        args: GRPOConfig,
        train_dataset: Any,
        *,
        processing_class: Any,
        clip_of: Callable[[Mapping[str, Any]], Clip],
        input_mode: InputMode = "video",
        rollouts: Path | None = None,
        share_features: bool = True,
        **others: Any,
    ) -> None:
        family_of(processing_class)
        refuse_ineffective_args("grpo", args)
        refuse_video_to_vllm(args, input_mode)
        _refuse(args, len(train_dataset))
        args.generation_kwargs = without_pads(args, pad_token_ids(processing_class))
        self.clip_of = clip_of
        self.input_mode = input_mode
        self._scored: Rollouts | None = None
        self._clips: Sequence[Clip] = ()
        self._encoder = copy.deepcopy(processing_class)  # tokenizers do not work in two threads at a time
        self._ahead = PreparedAhead(self._prepared)
        self._rows: Sequence[EncodedPrompt] = ()
        super().__init__(
            model=model,
            reward_funcs=reward_funcs,
            args=args,
            train_dataset=train_dataset,
            processing_class=processing_class,
            **others,
        )
        for guarded in (self.model, self.ref_model):
            if guarded is not None:
                refuse_blind_passes(self.accelerator.unwrap_model(guarded))
        self._shares = share_features and not spreads_weights(self.accelerator)
        self._trains_tower = trains_tower(self.model)
        unlike = self._shares and self.ref_model is not None and not same_tower(self.model, self.ref_model)
        self._reference_sees = self._trains_tower or unlike
        # Several processes, and DeepSpeed, collect gradients only during the backward pass of the loss.
        alone = self.accelerator.num_processes == 1 and not self.is_deepspeed_enabled
        self._once_a_step = OncePerStep() if self._shares and self._trains_tower and alone else None
        show_rows_to(self, processing_class, shares=self._shares)
        self.callback_handler.callbacks.insert(0, _OnlyFigures())  # before the callbacks that report
        self.add_callback(GenerationBoundary((args.steps_per_generation or 1) * args.num_iterations))
        self.rollouts: RolloutLog | None = None
        if rollouts is not None:
            self.rollouts = RolloutLog(rollouts, self.reward_func_names, rank=args.process_index)
            self.add_callback(RolloutCallback(self.rollouts))

    def _get_train_sampler(self, dataset: Any = None) -> Any:
        sampler = super()._get_train_sampler(dataset)
        if not self.shuffle_dataset:
            return sampler
        return EpochSampler(sampler, self.args.seed, lambda: self.state.epoch or 0.0)

    def _generate_and_score_completions(self, inputs: list[dict[str, Any]]) -> dict[str, Any]:
        self._clips, self._rows = self._ahead.take(inputs)
        output: dict[str, Any] = super()._generate_and_score_completions(inputs)
        if self.rollouts is not None and self._scored is not None and self.model.training:  # type: ignore[union-attr]
            self.rollouts.add(self.state.global_step, self._scored, output["advantages"].tolist())
        # A list, because TRL shuffles and splits lists in the same way as tensors. The completions of a group
        # refer to the same tensors, so the list does not copy them.
        return {**output, "rows": without_features(self._rows) if self._trains_tower else self._rows}

    def get_train_dataloader(self) -> Any:
        """TRL's data loader, which also queues the rows of each round for the thread that prepares clips.

        TRL and accelerate load the rows of the next step before they train the present one.
        """
        trl: Any = super()
        own: Any = self
        plain = own.data_collator
        if self.args.dataloader_num_workers == 0:
            own.data_collator = self._ahead.queue
        try:
            return trl.get_train_dataloader()
        finally:
            own.data_collator = plain

    def _prepared(self, inputs: Sequence[Mapping[str, Any]]) -> tuple[list[Clip], list[EncodedPrompt]]:
        """The clips and the encoded prompts of rows."""
        clips = self._fetch(inputs)
        rows = encode_rows(
            self._encoder,
            [row["prompt"] for row in inputs],
            clips,
            input_mode=self.input_mode,
            template_options={**self.chat_template_kwargs},  # type: ignore[dict-item]
            names=[question_name(row) for row in inputs],
        )
        return clips, rows

    def _fetch(self, inputs: Sequence[Mapping[str, Any]]) -> list[Clip]:
        """One clip per row. Consecutive equal rows, such as the completions of a group, share one clip."""
        clips: list[Clip] = []
        for number, row in enumerate(inputs):
            same = number > 0 and row == inputs[number - 1]
            clips.append(clips[-1] if same else self.clip_of(row))
        return clips

    def _tokenize_prompts(self, prompts: list[Any]) -> tuple[list[list[int]], None, dict[str, Any]]:  # noqa: ARG002 - they are encoded
        rows = self._rows
        self._rows = self._looked_at(self.model, rows) if self._shares else rows
        shown: dict[str, Any] = {**clip_tensors(self._rows)}
        if family_of(self.processing_class).typed:
            # TRL pads lists like the prompts.
            ids = (torch.tensor(row.input_ids) for row in rows)
            shown["mm_token_type_ids"] = [token_types(self.processing_class, row).tolist() for row in ids]
        return [row.input_ids for row in rows], None, shown

    def _looked_at(self, model: Any, rows: Sequence[EncodedPrompt]) -> list[EncodedPrompt]:
        """The rows with the features of each distinct clip, in the precision of training."""
        with torch.no_grad(), self.accelerator.autocast():
            return with_features(self.accelerator.unwrap_model(model), rows)

    def _generate_single_turn(
        self, prompt_ids: Any, images: Any, multimodal_fields: Any, *others: Any, **more: Any
    ) -> Any:
        if self.use_vllm:
            images = [stills(fitted(self.processing_class, clip)) for clip in self._clips]
            if self.vllm_mode == "colocate":
                # vLLM inserts the tokens of each image itself. Its server takes the complete prompt instead.
                prompt_ids = [unexpanded(self.processing_class, ids) for ids in prompt_ids]
        trl: Any = super()
        # Adapters are in float32. Without autocast, their inputs and outputs would be copied in float32.
        precision = self.accelerator.autocast() if is_peft_model(self.model) else nullcontext()
        with self._features_in_reach(), precision:
            return trl._generate_single_turn(prompt_ids, images, multimodal_fields, *others, **more)

    @contextmanager
    def _features_in_reach(self) -> Iterator[None]:
        """Pass the features of the prompts to the model's `generate`, because TRL passes tensors only."""
        features = [row.features for row in self._rows if row.features is not None]
        if not features or self.use_vllm:
            yield
            return
        model: Any = self.accelerator.unwrap_model(self.model)
        base = base_model(model)
        base.generate = partial(base.generate, mm_encoder_outputs={**joined(features)})
        try:
            yield
        finally:
            del base.generate

    def _calculate_rewards(
        self, inputs: Any, prompts: Any, completions: Any, completion_ids_list: Any
    ) -> Tensor:
        """Return the scores of all processes, (n, rewards). Store and log those of this process by topic."""
        trl: Any = super()
        scores: Tensor = trl._calculate_rewards(inputs, prompts, completions, completion_ids_list)
        first = self.accelerator.process_index * len(inputs)
        own = scores[first : first + len(inputs)]
        totals = (own * self.reward_weights.to(own.device)).nansum(dim=1)
        totals[own.isnan().all(dim=1)] = torch.nan
        for row, total in zip(inputs, totals.tolist(), strict=True):
            if row.get("topic") and not math.isnan(total):
                self._log_metric(f"{BY_TOPIC}{row['topic']}", total)
        tokenizer = self.processing_class.tokenizer  # type: ignore[union-attr]
        ended = {tokenizer.eos_token_id, tokenizer.pad_token_id}
        self._scored = Rollouts(
            rows=inputs,
            completions=[completion[0]["content"] for completion in completions],
            rewards=dict(zip(self.reward_func_names, own.T.tolist(), strict=True)),
            totals=totals.tolist(),
            tokens=[len(ids) for ids in completion_ids_list],
            truncated=[bool(ids) and ids[-1] not in ended for ids in completion_ids_list],
        )
        return scores

    def _compute_loss(self, model: Any, inputs: dict[str, Any]) -> Tensor:
        self._rows = inputs["rows"]
        if self._once_a_step is not None and torch.is_grad_enabled():
            with self.accelerator.autocast():
                self._rows = self._once_a_step.looked_at(self.accelerator.unwrap_model(model), self._rows)
        trl: Any = super()
        loss: Tensor = trl._compute_loss(model, inputs)
        return loss

    def training_step(self, *args: Any, **more: Any) -> Tensor:
        """Run a micro-batch forward and backward.

        After the last micro-batch of a step, run the tower backward, too.
        """
        trl: Any = super()
        loss: Tensor = trl.training_step(*args, **more)
        if self._once_a_step is not None and self.accelerator.sync_gradients:
            self._once_a_step.backward()
        return loss

    def _get_per_token_logps_and_entropies(
        self,
        model: Any,
        input_ids: Tensor,
        attention_mask: Tensor,
        logits_to_keep: int,
        batch_size: int | None = None,
        **others: Any,
    ) -> tuple[Tensor, Tensor | None, Tensor | None]:
        size = batch_size or len(input_ids)
        rows = self._rows
        if self._shares and self._reference_sees and (model is self.ref_model or _is_reference(model)):
            rows = self._looked_at(model, without_features(rows))
        parts = []
        for start in range(0, len(input_ids), size):
            at = slice(start, start + size)
            shown = partial(model, rows=rows[at])
            parts.append(
                super()._get_per_token_logps_and_entropies(
                    shown, input_ids[at], attention_mask[at], logits_to_keep, **others
                )
            )
        logps, entropies, auxiliary = zip(*parts, strict=True)
        return (
            torch.cat(logps),
            None if entropies[0] is None else torch.cat(entropies),
            None if auxiliary[0] is None else torch.stack(auxiliary).mean(),
        )


def _is_reference(model: Any) -> bool:
    """Return whether a model computes as the starting model.

    This is the case if its adapters are off, or if TRL's adapter `ref` is on.
    """
    tuned = (it for it in model.modules() if isinstance(it, BaseTunerLayer))
    return any(it.disable_adapters or "ref" in it.active_adapters for it in tuned)


def refuse_video_to_vllm(args: GRPOConfig, input_mode: InputMode) -> None:
    """Refuse videos with vLLM. Raises OptionError."""
    if args.use_vllm and input_mode == "video":
        fault = "does not work with videos: TRL passes only images to vLLM"
        raise OptionError("use_vllm", fault, "Set input_mode: images, or generate without vLLM.")


def _refuse(args: GRPOConfig, questions: int) -> None:
    if args.remove_unused_columns:
        fault = "removes the columns that rewards and clips need"
        raise OptionError("remove_unused_columns", fault, "Set it to false.")
    batch, group = args.generation_batch_size or 0, args.num_generations or 1
    if questions < batch // group:
        # TRL would end without a step, with a warning.
        fault = f"of {batch} needs {batch // group} questions, but the data has {questions}"
        raise OptionError("generation_batch_size", fault, "Use more questions, or smaller batches.")


def without_pads(args: GRPOConfig, pads: Sequence[int]) -> dict[str, Any]:
    """Return settings of generation that also keep a model from generating tokens that stand for pixels.

    TRL suppresses the image token by itself, but the user's settings replace its list.

    Args:
        args: TRL's configuration, with the user's settings of generation.
        pads: the tokens to suppress.
    """
    settings: dict[str, Any] = {**(args.generation_kwargs or {})}  # type: ignore[dict-item]
    if args.use_vllm:
        settings["logit_bias"] = {**settings.get("logit_bias", {}), **dict.fromkeys(pads, _NEVER)}
    else:
        settings["suppress_tokens"] = sorted({*settings.get("suppress_tokens", ()), *pads})
    return settings
