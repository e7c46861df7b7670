"""The number of steps, prompts and tokens of a run, as TRL and the Trainer count them."""

import math
from dataclasses import dataclass

from vsidata.errors import OptionError
from vsitrain.plan.workload import Workload


@dataclass(frozen=True)
class Schedule:
    """The counts of a run, for all devices together.

    Attributes:
        steps: number of optimizer steps.
        rounds: number of generations of completions (GRPO).
        prompts: number of prompts shown; each pass over the questions counts them again.
        sequences: number of sequences trained on; each pass over a sequence counts.
        tokens: number of tokens of these sequences, with replies of maximum length.
    """

    steps: int
    rounds: int
    prompts: int
    sequences: int
    tokens: int


def schedule_of(work: Workload) -> Schedule:
    """Count the steps of a run.

    Raises:
        OptionError: GRPO's completions do not form complete groups, or there are too few questions for a
            step.

    Source: trl 1.16, GRPOTrainer's sampler; transformers 5.23, Trainer.set_initial_training_values.
    """
    a_pass = _grpo_micro_batches(work) if work.method == "grpo" else _micro_batches(work)
    steps_a_pass = math.ceil(a_pass / work.accumulation)
    steps = work.max_steps if work.max_steps > 0 else math.ceil(work.epochs * steps_a_pass)
    passes, rest = divmod(steps, steps_a_pass)
    # The last step of a pass may have fewer micro-batches than the others.
    micro_batches = passes * a_pass + min(rest * work.accumulation, a_pass)
    rounds = 0
    prompts = micro_batches * work.micro_batch * work.processes
    if work.method == "grpo":
        rounds = math.ceil(micro_batches / (work.steps_per_generation * work.iterations))
        prompts = rounds * work.generated * work.processes // work.generations
    sequences = micro_batches * work.sequences * work.processes
    tokens = sequences * (work.prompt_tokens + work.completion_tokens)
    return Schedule(steps, rounds, prompts, sequences, tokens)


def _micro_batches(work: Workload) -> int:
    """Micro-batches per process in a pass over the questions.

    The number is rounded up, so questions may repeat.
    """
    return math.ceil(math.ceil(work.questions / work.micro_batch) / work.processes)


def _grpo_micro_batches(work: Workload) -> int:
    """Micro-batches for GRPO, which leaves out questions that do not fill a round of generation."""
    completions = work.generated * work.processes
    if work.generations < 2 or completions % work.generations:
        fault = (
            f"is {work.generations}, which does not split the {completions} completions of a round "
            f"(per_device_train_batch_size {work.micro_batch} × steps_per_generation "
            f"{work.steps_per_generation} × {work.processes} processes) into groups of two or more"
        )
        remedy = "Make the product a multiple of num_generations, which must be 2 or more."
        raise OptionError("num_generations", fault, remedy)
    prompts = completions // work.generations
    if work.questions < prompts:
        fault = f"has {work.questions} questions, but a round of generation needs {prompts}"
        remedy = "Use more questions, or lower steps_per_generation (gradient_accumulation_steps)."
        raise OptionError("data", fault, remedy)
    return work.questions // prompts * work.iterations * work.steps_per_generation
