"""Try one step of each training at the real size of a model, and compare it with the plan."""

from vsitrain.doctor.checks import CHECKS
from vsitrain.doctor.examine import examine
from vsitrain.doctor.finding import Finding, failed
from vsitrain.doctor.report import as_markdown
from vsitrain.doctor.setup import Setup, setup_for

__all__ = ["CHECKS", "Finding", "Setup", "as_markdown", "examine", "failed", "setup_for"]
