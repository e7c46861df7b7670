"""The ratios between the room areas by the three methods of measurement, in a build."""

from collections.abc import Mapping, Sequence

import numpy as np

from vsidata.dataset.schema import AREA_METHODS

Areas = Mapping[str, float | None]


def ratios(rooms: Sequence[Areas], method: str) -> dict[str, dict[str, float]]:
    """The areas by the other methods as multiples of the area by one method.

    Args:
        rooms: the areas of each room by method, square metres. A room that lacks an area does not count.
        method: the method to compare with.

    Returns:
        The median, the 5th and the 95th percentile for each other method; empty without rooms.
    """
    table = np.array([[room[name] or np.nan for name in AREA_METHODS] for room in rooms]).reshape(-1, 3)
    table = table[~np.isnan(table).any(axis=1)]
    if not len(table):
        return {}
    own = table[:, AREA_METHODS.index(method)]
    return {
        name: dict(
            zip(("median", "p5", "p95"), np.quantile(column / own, (0.5, 0.05, 0.95)).tolist(), strict=True)
        )
        for name, column in zip(AREA_METHODS, table.T, strict=True)
        if name != method
    }
