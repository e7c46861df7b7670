"""Questions of all types with replies as models write them, and with nonsense."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from vsitrain.scoring import Prediction
from vsitrain.scoring.tasks import TASKS

OPTIONS = ["A. sink", "B. bed", "C. lamp", "D. door"]
CHOICES = (
    "object_rel_direction_easy",
    "object_rel_direction_medium",
    "object_rel_direction_hard",
    "object_rel_distance",
    "route_planning",
    "obj_appearance_order",
)
DRESSES = (
    *("{}", "{}.", "{} ", " {}", "{} m", "{}m", "about {}", "{}\n", "{}\nmeters", "({})", "{}...", "{}. x"),
)
ODD = (
    *(
        "",
        " ",
        ".",
        "nan",
        "inf",
        "-inf",
        "1e3",
        "1_0",
        "٣",
        "two",
        "None",
        "NaN.",
        "0x10",
        "1,5",
        "½",
        "--2",
    ),
    *("\t3", "3\u00a0m"),
)


def number(truth="2.0", kind="object_abs_distance") -> dict[str, Any]:
    return {"question_type": kind, "question": "?", "ground_truth": truth, "options": None}


def choice(truth="B", kind="object_rel_distance") -> dict[str, Any]:
    return {"question_type": kind, "question": "?", "ground_truth": truth, "options": OPTIONS}


def odd_answers(count, seed=0) -> Iterator[tuple[dict[str, Any], str]]:
    """Numbers at and around every threshold, letters in any form, and nonsense."""
    rng = np.random.default_rng(seed)
    kinds = [*CHOICES, *sorted(TASKS[:4])]
    for _ in range(count):
        kind = str(rng.choice(kinds))
        if kind in TASKS[:4]:
            truth = str(rng.integers(1, 300)) if rng.random() < 0.5 else f"{rng.uniform(0.1, 20):.1f}"
            factor = rng.integers(8, 33) / 20 if rng.random() < 0.5 else rng.uniform(-0.2, 2.2)
            value = [truth, f"{float(truth) * factor:.2f}", f"{float(truth) * factor:g}"][rng.integers(3)]
            row = number(truth, kind)
        else:
            row = choice(str(rng.choice(list("ABCD"))), kind)
            value = str(rng.choice([*"ABCDabcd", "sink", "B. bed"]))
        odd = rng.random() < 0.1
        yield row, str(rng.choice(ODD)) if odd else str(rng.choice(DRESSES)).format(value)


def rows(count=400, seed=1):
    """Questions of all types about 20 scenes of two datasets, with replies."""
    asked, replies = [], []
    for place, (row, reply) in enumerate(odd_answers(count, seed)):
        scene = place % 20
        asked.append(
            {
                **row,
                "id": str(place),
                "scene_name": f"scene{scene:04d}",
                "dataset": "one" if scene < 8 else "two",
            }
        )
        replies.append(Prediction(str(place), reply))
    return asked, replies
