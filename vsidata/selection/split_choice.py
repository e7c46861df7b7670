"""The official lists from which scans can be taken."""

from typing import Literal

SplitChoice = Literal["train", "val", "test", "all"]
