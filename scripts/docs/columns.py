"""The page of columns, from the tables' types and `vsidata/dataset/columns.yaml`."""

from scripts.docs.markdown import page as joined


def page() -> str:
    """Every column of every table."""
    return joined("# Columns")
