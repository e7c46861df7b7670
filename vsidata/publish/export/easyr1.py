"""EasyR1: a problem with its video and its answer. EasyR1's own format prompt adds the wording.

Source: `RLHFDataset` in its verl/utils/dataset.py.
"""

from vsidata.dataset.results import Row
from vsidata.publish.export.export_format import ExportFormat, Video
from vsidata.publish.export.user_message import VIDEO, question


def record(row: Row, video: Video, _: int) -> Row:
    """A question for GRPO."""
    return {
        "problem": f"{VIDEO}{question(row)}",
        "answer": row["ground_truth"],
        "videos": [video],
        "id": row["id"],
        "question_type": row["question_type"],
    }


EASYR1 = ExportFormat(
    media=("mp4", "frames"),
    lines=True,
    record=record,
    traces=False,
    use="in {out}: python3 -m verl.trainer.main … data.train_files=train.jsonl data.prompt_key=problem "
    "data.answer_key=answer data.video_key=videos",
)
