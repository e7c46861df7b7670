"""ms-swift: messages with their videos. Its GRPO passes further columns, such as `solution`, to the rewards.

Source: its documentation, "Custom dataset"; read with ms-swift 4.6.
"""

from vsidata.dataset.results import Row
from vsidata.publish.export.export_format import ExportFormat, Video
from vsidata.publish.export.user_message import messages


def record(row: Row, video: Video, _: int) -> Row:
    """A question for both SFT and GRPO. GRPO removes the reply from the messages."""
    return {
        "messages": messages(row),
        "videos": [video],
        "solution": row["ground_truth"],
        "id": row["id"],
        "question_type": row["question_type"],
        "unit": row["unit"],
    }


MS_SWIFT = ExportFormat(
    media=("mp4", "frames"),
    lines=True,
    record=record,
    use="in {out}: swift sft --dataset train.jsonl … (or swift rlhf --rlhf_type grpo …)",
)
