"""Descriptions of this project's keys of a recipe."""

from typing import Any

from vsitrain.settings.run_options import RunOptions


def described() -> list[dict[str, Any]]:
    """Every key by `name`, with its `meaning`, `unit`, `default` and `allowed` values."""
    properties = RunOptions.model_json_schema()["properties"]
    return [
        {
            "name": name,
            "meaning": about["description"],
            "unit": about.get("unit"),
            "default": "required" if field.is_required() else _in_yaml(field.default),
            "allowed": _allowed(about),
        }
        for (name, about), field in zip(properties.items(), RunOptions.model_fields.values(), strict=True)
    ]


def _in_yaml(value: Any) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case tuple():
            return f"[{', '.join(map(str, value))}]"
        case _:
            return str(value)


_WORDS = {"string": "text", "integer": "whole number", "number": "number", "boolean": "true or false"}


def _allowed(about: dict[str, Any]) -> str:
    """Describe in words which values a part of a JSON schema allows."""
    if "anyOf" in about:
        return " or ".join(_allowed(part) for part in about["anyOf"])
    if "enum" in about:
        return " or ".join(about["enum"])
    kind = about["type"]
    if kind == "null":
        return "null"
    if kind == "array":
        items = about.get("prefixItems") or [about["items"]]
        number = f"{about['maxItems']} " if "maxItems" in about else ""
        return f"list of {number}{_allowed(items[0])}s".replace("texts", "names")
    if kind == "object":
        return f"mapping of names to {_allowed(about['additionalProperties'])}"
    least = f" from {about['minimum']}" if "minimum" in about else ""
    above = f" above {about['exclusiveMinimum']:g}" if "exclusiveMinimum" in about else ""
    return f"{_WORDS[kind]}{least}{above}"
