"""Fixtures that the tests of the analysis share."""

import pytest


@pytest.fixture(scope="module")
def few_trees():
    """Partition rooms twice, not four times, and grow 8 trees, not 30: the same shortcuts are found."""
    with pytest.MonkeyPatch.context() as patch:
        for module in ("blind.forest", "audit.audit"):
            patch.setattr(f"vsidata.analysis.{module}.TREES", 8)
        patch.setattr("vsidata.analysis.blind.guess._MOST_PARTITIONS", 2)
        yield
