"""The page of topics, from the topics and the rule sets."""

from scripts.docs.markdown import page as joined


def page() -> str:
    """A section for each topic."""
    return joined("# Topics")
