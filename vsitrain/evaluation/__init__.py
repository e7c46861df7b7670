"""A model's replies to questions about videos, with greedy decoding. An evaluation can be resumed."""

from vsitrain.evaluation.run import OnProgress, evaluate
from vsitrain.evaluation.settings import Settings, settings_for
from vsitrain.evaluation.videos import VideoFolder

__all__ = ["OnProgress", "Settings", "VideoFolder", "evaluate", "settings_for"]
