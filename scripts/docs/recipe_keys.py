"""The page of recipe keys, from the settings of a run."""

from scripts.docs.markdown import code, prose, table
from scripts.docs.markdown import page as joined
from vsitrain.settings.keys import described


def page() -> str:
    """Every key of a recipe that this project adds to those of TRL."""
    rows = (
        (code(key["name"]), prose(key["meaning"]), prose(key["allowed"]), key["unit"] or "", _default(key))
        for key in described()
    )
    return joined(
        "# Recipe keys",
        "A recipe is a YAML file for `vsitrain grpo`, `sft` or `dpo`. It holds the keys below and those of "
        "TRL's `GRPOConfig`, `SFTConfig`, `DPOConfig` and `ModelConfig`, which TRL documents. Each key is "
        "also an option of the command: `--frames 16`. A key that would have no effect is refused, with the "
        "reason. `vsitrain keys` prints this table.",
        table(("key", "meaning", "allowed values", "unit", "default"), rows),
    )


def _default(key: dict[str, str]) -> str:
    return "required" if key["default"] == "required" else code(key["default"])
