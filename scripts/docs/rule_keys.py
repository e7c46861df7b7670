"""The page of rule keys, from the rule sets."""

from scripts.docs.markdown import page as joined


def page() -> str:
    """Every key of every rule set."""
    return joined("# Rule keys")
