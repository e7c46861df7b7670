"""Models with random weights, made offline: tiny ones for tests, real sizes for dry runs."""

from vsitrain.models.tiny.make import make_tiny, random_model
from vsitrain.models.tiny.size import SIZES, TINY, Size

__all__ = ["SIZES", "TINY", "Size", "make_tiny", "random_model"]
