"""The plan of a run: trained parameters, memory and time. No weights are loaded for it."""

from dataclasses import dataclass

from vsitrain.plan.devices import Device
from vsitrain.plan.hours import Hours, hours_of
from vsitrain.plan.memory import Memory, checkpoint_bytes, memory_of
from vsitrain.plan.model_size import ModelSize
from vsitrain.plan.schedule import Schedule, schedule_of
from vsitrain.plan.workload import Workload


@dataclass(frozen=True)
class RunPlan:
    """The needs of a run.

    Attributes:
        model, work, device: the inputs of the plan.
        schedule: steps, prompts, tokens.
        memory: the memory on each device.
        hours: the time.
        checkpoint_bytes: size of each checkpoint on disk.
    """

    model: ModelSize
    work: Workload
    device: Device
    schedule: Schedule
    memory: Memory
    hours: Hours
    checkpoint_bytes: int

    @property
    def fits(self) -> bool:
        """Whether a device has enough memory."""
        return self.memory.total <= self.device.memory


def plan(model: ModelSize, work: Workload, device: Device) -> RunPlan:
    """Plan a run.

    Args:
        model: the model, from `measure_model`.
        work: the run.
        device: the device, from `find_device`.

    Raises:
        OptionError: the batches do not fit the groups or the data.
    """
    schedule = schedule_of(work)
    return RunPlan(
        model=model,
        work=work,
        device=device,
        schedule=schedule,
        memory=memory_of(model, work, device.memory),
        hours=hours_of(model, work, schedule, device),
        checkpoint_bytes=checkpoint_bytes(model, work),
    )
