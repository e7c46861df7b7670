"""The benchmark's eight tasks, and the question types of each task.

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
"""The tasks, in the order of the paper's tables. All have the same weight in the macro average."""

NUMBERS = frozenset(TASKS[:4])
"""Tasks with numbers as answers."""

_KINDS_OF = {"object_rel_direction": ("_easy", "_medium", "_hard")}


def task_of(question_type: str) -> str:
    """Return the task of a question type. The three types of relative direction are one task.

    Every other type is a task of its own. A task's score is the mean of the scores of its types, regardless
    of their numbers of questions.
    """
    for task, endings in _KINDS_OF.items():
        if question_type.removeprefix(task) in endings:
            return task
    return question_type
