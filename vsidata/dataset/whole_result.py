"""Check that the files of a scene for the merge are complete: its result and its frames."""

import hashlib
from pathlib import Path

from vsidata.dataset.frames_file import frames_path
from vsidata.dataset.results import Head, is_whole, read_head, result_path
from vsidata.files.safe_files import LARGEST_TABLE, open_regular


def whole_head(folder: Path, name: str) -> Head | None:
    """The head of a scene's result. Reads every byte of the result and of its frames.

    Args:
        folder: the folder of the results.
        name: the name of the scene.

    Returns:
        The head. None if there is no result, or if the result or the frames do not have the bytes that were
        written.
    """
    path = result_path(folder, name)
    head = read_head(path) if is_whole(path) else None
    if head is None or not head.frames:
        return head
    try:
        with open_regular(frames_path(folder, name), LARGEST_TABLE) as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None
    return head if found == head.frames_sha256 else None
