"""The values of all columns of small builds are those in `values.json`.

If a change is intended, write them again, and state in the commit which columns changed and why:

    python -m tests.golden.write
"""

import json
from pathlib import Path

import pytest

from tests.golden.builds import RULES, SEEDS, built, pinned, rooms

PINNED = json.loads((Path(__file__).parent / "values.json").read_text())


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return rooms(tmp_path_factory.mktemp("rooms") / "root")


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("rules", RULES)
def test_no_value_changed(root, tmp_path, rules, seed):
    now = pinned(built(root, tmp_path / "out", rules, seed))
    then = PINNED[f"{rules} {seed}"]
    changed = [
        f"{table}.{column}: {columns.get(column)} was {then.get(table, {}).get(column)}"
        for table, columns in now.items()
        for column in {**columns, **then.get(table, {})}
        if columns.get(column) != then.get(table, {}).get(column)
    ]
    assert not changed, "\n".join(changed)
    assert now.keys() == then.keys()
