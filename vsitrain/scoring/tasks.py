"""The benchmark's eight tasks, and the question types that each of them holds.

Source: VSI-Bench (arXiv 2412.14171) and its published scorer.
"""

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
"""In the order of the paper's tables. All weigh the same in the macro average."""

NUMBERS = frozenset(TASKS[:4])
"""Tasks whose answers are numbers."""

_KINDS_OF = {"object_rel_direction": ("_easy", "_medium", "_hard")}


def task_of(question_type: str) -> str:
    """The task of a question type: itself, but for the three kinds of relative direction, which are one task.

    A task's score is the mean of its kinds' scores, whatever their numbers of questions.
    """
    for task, endings in _KINDS_OF.items():
        if question_type.removeprefix(task) in endings:
            return task
    return question_type
