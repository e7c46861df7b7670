"""The tasks of the benchmarks, and the question types of each task.

Source: VSI-Bench (arXiv 2412.14171) and its published scorer; VSTI-Bench: vsti.yaml.
"""

from vsitrain.scoring.vsti import vsti

TASKS = (
    "object_counting",
    "object_abs_distance",
    "object_size_estimation",
    "room_size_estimation",
    "object_rel_distance",
    "object_rel_direction",
    "route_planning",
    "obj_appearance_order",
)
"""VSI-Bench's tasks, in the order of the paper's tables. All have the same weight in the macro average."""

VSTI_HEADS = dict(zip(vsti().tasks, vsti().heads, strict=True))
"""VSTI-Bench's five scores with their heads in tables. All have the same weight in its overall score."""

NUMBERS = frozenset((*TASKS[:4], *vsti().numbers))
"""Tasks with numbers as answers."""

_KINDS_OF = {"object_rel_direction": ("_easy", "_medium", "_hard")}
_VSTI_TASK_OF = {kind: task for task, kinds in vsti().tasks.items() for kind in kinds}


def task_of(question_type: str) -> str:
    """Return the task of a question type. The three types of relative direction are one task.

    VSTI-Bench's types of relative distance are one task, and so are those of relative position. Every other
    type is a task of its own. A task's score is the mean of the scores of its types, regardless of their
    numbers of questions.
    """
    for task, endings in _KINDS_OF.items():
        if question_type.removeprefix(task) in endings:
            return task
    return _VSTI_TASK_OF.get(question_type, question_type)
