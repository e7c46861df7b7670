"""LLaMA-Factory: messages in its sharegpt format, and the `dataset_info.json` that describes them.

Source: its data/README.md; read with llamafactory 0.9.5.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from vsidata.dataset.results import Row
from vsidata.publish.export.export_format import ExportFormat, Video
from vsidata.publish.export.user_message import messages

_TAGS = {"role_tag": "role", "content_tag": "content", "user_tag": "user", "assistant_tag": "assistant"}


def record(row: Row, video: Video, _: int) -> Row:
    """A question for SFT."""
    return {"messages": messages(row), "videos": [video]}


def dataset_info(splits: Sequence[str]) -> Mapping[str, Any]:
    """The splits as datasets named `vsidata_train` and so on."""
    info = {
        f"vsidata_{split}": {
            "file_name": f"{split}.jsonl",
            "formatting": "sharegpt",
            "columns": {"messages": "messages", "videos": "videos"},
            "tags": _TAGS,
        }
        for split in splits
    }
    return {"dataset_info.json": info}


LLAMA_FACTORY = ExportFormat(
    media=("mp4", "frames"),
    lines=True,
    record=record,
    beside=dataset_info,
    use="llamafactory-cli train … dataset_dir={out} media_dir={out} dataset=vsidata_train",
)
