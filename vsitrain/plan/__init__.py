"""What a run will need, before anything is loaded: parameters, memory, steps, hours; and a refusal."""

from vsitrain.plan.clip import ClipSize, clip_size
from vsitrain.plan.devices import Device, find_device
from vsitrain.plan.disk import refuse_if_no_room
from vsitrain.plan.model import ModelSize, measure_model, part_of, read_model_config
from vsitrain.plan.plan import Plan, plan
from vsitrain.plan.refusal import refuse_if_too_large
from vsitrain.plan.text import as_json, as_text, in_short
from vsitrain.plan.workload import Sharding, Workload, workload_of

__all__ = [
    "ClipSize",
    "Device",
    "ModelSize",
    "Plan",
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
