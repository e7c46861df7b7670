"""Write evaluations in the form of `vsitrain evaluate`, without a model."""

import json
from pathlib import Path

from tests.vsitrain.scoring.answers import rows

TRAINED = {"start": "Qwen/Qwen2-VL-2B-Instruct", "method": "grpo", "prompt": "vanilla"}


def write(folder: Path, share=0.0, count=300, **record) -> Path:
    """Write an evaluation with right answers to the first `share` of the questions.

    The other questions have the replies of `rows`.
    """
    asked, replies = rows(count)
    folder.mkdir(parents=True)
    lines = [
        {
            **row,
            "prediction": row["ground_truth"] if place < share * count else it.reply,
            "reply": it.reply,
            "frames": 16 if place % 3 else 8,
        }
        for place, (row, it) in enumerate(zip(asked, replies, strict=True))
    ]
    (folder / "predictions.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    known = {"model": "Qwen/Qwen2-VL-2B-Instruct", "prompt": {"name": "vanilla"}, "questions": count}
    (folder / "run.json").write_text(json.dumps({**known, **record}))
    return folder
