"""A program that runs SFT from an adapter. Each process that merges the adapter writes a file."""

import os
from pathlib import Path

from vsitrain.commands.app import main
from vsitrain.trainers import train

merge_adapter = train.merge_adapter


def merge_and_note(*words, **how):
    Path(f"merged-by-{os.environ['RANK']}").touch()
    return merge_adapter(*words, **how)


if __name__ == "__main__":
    train.merge_adapter = merge_and_note
    main()
