"""The number of times that the vision tower runs over a clip."""

from dataclasses import dataclass

from vsitrain.plan.model_size import ModelSize
from vsitrain.plan.schedule import Schedule
from vsitrain.plan.workload import Workload


@dataclass(frozen=True)
class Looks:
    """Runs of the vision tower over a clip on one device, during the whole run.

    Attributes:
        forward: runs without gradients.
        trained: runs forward and backward.
    """

    forward: float
    trained: float


def looks_of(model: ModelSize, work: Workload, schedule: Schedule) -> Looks:
    """Count the runs of the tower.

    The count is a maximum, because every question counts with a clip of its own.

    Args:
        model: the trained model.
        work: the run.
        schedule: the steps of the run.
    """
    sequences = schedule.sequences / work.processes
    if work.method != "grpo":
        pairs = 2 if work.method == "dpo" else 1
        clips = sequences / pairs if work.shares_features else sequences
        # If the tower is trained, the reference model has a tower of its own.
        other = work.reference and (model.trains_vision or not work.shares_features)
        return _looks(model, clips, trained=clips, forward=clips if other else 0)
    clips = schedule.prompts / work.processes
    if not work.shares_features:
        passes = 1 + work.reference + work.scores_old
        completions = schedule.rounds * work.generated
        # vLLM has its own tower for generation.
        without = passes * completions - (completions if work.vllm is not None else 0)
        return _looks(model, sequences, trained=sequences, forward=without)
    if not model.trains_vision:
        return Looks(clips, 0)
    steps = schedule.sequences / (work.micro_batch * work.processes)
    if work.sums_tower_gradients:
        steps = schedule.steps
        in_a_step = min(work.accumulation * work.micro_batch, work.generated // work.generations)
    else:
        in_a_step = min(work.micro_batch, work.generated // work.generations)
    return Looks((1 + work.reference) * clips, steps * in_a_step)


def _looks(model: ModelSize, runs: float, *, trained: float, forward: float) -> Looks:
    return Looks(forward, trained) if model.trains_vision else Looks(forward + runs, 0)
