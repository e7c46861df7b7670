"""The model below an adapter."""

from typing import Any


def base_model(model: Any) -> Any:
    """The loaded model without the wrapper of an adapter; its layers may contain adapters."""
    return model.get_base_model() if hasattr(model, "get_base_model") else model
