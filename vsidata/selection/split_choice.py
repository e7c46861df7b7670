"""The official lists that scans can be taken from."""

from typing import Literal

SplitChoice = Literal["train", "val", "test", "all"]
