"""From raw 3D scans to audited spatial question-answer data."""

__version__ = "0.1.0"
