"""The plan of a run, before anything is loaded: parameters, memory, steps, hours, and whether it fits."""

from vsitrain.plan.clip_size import ClipSize, clip_size
from vsitrain.plan.devices import Device, find_device
from vsitrain.plan.disk import refuse_if_no_room
from vsitrain.plan.model_size import ModelSize, measure_model, part_of, read_model_config
from vsitrain.plan.plan import RunPlan, plan
from vsitrain.plan.plan_text import as_json, as_text, in_short
from vsitrain.plan.refusal import refuse_if_too_large
from vsitrain.plan.workload import Sharding, Workload, workload_of

__all__ = [
    "ClipSize",
    "Device",
    "ModelSize",
    "RunPlan",
    "Sharding",
    "Workload",
    "as_json",
    "as_text",
    "clip_size",
    "find_device",
    "in_short",
    "measure_model",
    "part_of",
    "plan",
    "read_model_config",
    "refuse_if_no_room",
    "refuse_if_too_large",
    "workload_of",
]
