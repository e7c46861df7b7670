"""Video-R1: problems by type, with separate options. Video-R1 adds the options and the wording itself.

Source: `make_conversation_image_and_video` and `accuracy_reward` in its src/open_r1/grpo.py.
"""

from vsidata.dataset.results import Row
from vsidata.publish.export.export_format import ExportFormat, Video
from vsidata.publish.export.user_message import reasoning


def record(row: Row, video: Video, number: int) -> Row:
    """A question for SFT and GRPO."""
    return {
        "problem_id": number,
        "problem": row["question"],
        "data_type": "video",
        "problem_type": problem_type(row),
        "options": row["options"] or [],
        "solution": f"<answer>{row['ground_truth']}</answer>",
        **({"process": reasoning(row)} if "trace" in row else {}),
        "path": f"./{video}",
        "data_source": f"vsidata/{row['dataset']}",
        "id": row["id"],
    }


def problem_type(row: Row) -> str:
    """The type of Video-R1's reward for a question.

    `numerical` needs the exact number, as for counts; `regression` depends on the relative error.
    """
    if row["options"]:
        return "multiple choice"
    if row["unit"]:
        return "regression"
    return "numerical" if row["ground_truth"].isdecimal() else "free-form"


VIDEO_R1 = ExportFormat(
    media=("mp4",),
    lines=False,
    record=record,
    use="copy the content of {out} to src/r1-v/Video-R1-data, and pass its train.json as --dataset_name",
)
