"""A program of two steps on fixed rollouts, in several processes. Writes losses and gradients."""

import sys
from pathlib import Path

import torch
from transformers import TrainerCallback

from tests.vsitrain.tiny_runs import SHAPES, questions, trainer
from vsitrain.trainers.grpo import VideoGRPOTrainer

GROUP = 4
PROMPTS = 3


class FixedRollouts(VideoGRPOTrainer):
    """Writes completions that depend only on the place of the row in the complete batch."""

    def _generate_single_turn(self, prompt_ids, *_, **__):
        first = self.accelerator.process_index * len(prompt_ids)
        return [_completion(first + number) for number in range(len(prompt_ids))], None


def _completion(place) -> list[int]:
    drawn = torch.randint(64, 90, (2 + place % 5,), generator=torch.Generator().manual_seed(place))
    return drawn.tolist()


def reward(completion_ids, **_) -> list[float]:
    return [float(sum(ids) % 11) for ids in completion_ids]


class Gradients(TrainerCallback):
    """Keeps the gradients of every step, after the processes have reduced them."""

    def __init__(self):
        self.steps = []

    def on_pre_optimizer_step(self, *_, model, **__):
        named = model.named_parameters()
        self.steps.append({name.removeprefix("module."): value.grad.clone() for name, value in named})


def main(folder: Path, out: Path, processes: int) -> None:
    seen = Gradients()
    run = trainer(
        folder,
        out.with_suffix(""),
        data=questions(SHAPES),
        rewards=reward,
        kind=FixedRollouts,
        options={"callbacks": [seen]},
        per_device_train_batch_size=GROUP * PROMPTS // processes,
        gradient_accumulation_steps=1,
        num_generations=GROUP,
        max_steps=2,
        max_grad_norm=0.0,
        beta=0.1,
        optim="sgd",  # a step in proportion to the gradient does not amplify rounding errors
        learning_rate=0.1,
    )
    run.train()
    assert run.accelerator.num_processes == processes
    if run.accelerator.is_main_process:
        losses = [log["loss"] for log in run.state.log_history if "loss" in log]
        torch.save({"losses": losses, "gradients": seen.steps}, out)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
