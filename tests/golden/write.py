"""Write `values.json` again: `python -m tests.golden.write`."""

import json
import tempfile
from pathlib import Path

from tests.golden.builds import RULES, SEEDS, built, pinned, rooms


def main() -> None:
    """Run all builds in a temporary folder, and write their values."""
    with tempfile.TemporaryDirectory() as folder:
        root = rooms(Path(folder) / "root")
        values = {
            f"{rules} {seed}": pinned(built(root, Path(folder) / rules / str(seed), rules, seed))
            for rules in RULES
            for seed in SEEDS
        }
    (Path(__file__).parent / "values.json").write_text(json.dumps(values, indent=1) + "\n")


if __name__ == "__main__":
    main()
