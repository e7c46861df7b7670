"""Makes a walk through a room with a phone: the position and direction of the phone in each frame.

The path leads over free floor from stop to stop, through the whole plan. It crosses low furniture only if
there is no way around the furniture. The phone turns continuously, tilted down, with a little sway.
"""

import numpy as np
from numpy.random import Generator
from scipy.ndimage import uniform_filter1d
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components, dijkstra

from vsidata.scene import Array, IntArray
from vsidata.synthetic.layout import STRUCTURE, Room
from vsidata.synthetic.seeding import generator

_CELL = 0.10  # metres
_LEAST = 0.16  # metres: least clearance from tall furniture and walls
_EASY = 0.50  # metres: a larger clearance does not make a path better
_AT_EASE = 0.30  # metres: least clearance of a stop
_KNEE, _OVERHEAD = 0.10, 1.85  # metres: the walker steps over lower objects, and passes under higher objects
_CHEST = 1.05  # metres: if no floor is free, the phone is carried over objects lower than this
_SQUEEZE = 0.02  # metres: a path over an object costs as much as a path with this clearance
_FLOOR_OF_STOP = 4.0  # square metres per stop
_STOPS = (3, 16)
_HEIGHT = (1.32, 1.60)  # metres
_TILT = (0.30, 0.55)  # radians below the horizon
_LEAST_AND_MOST_TILT = (0.15, 0.85)  # radians
_GAZE = 0.42  # radians: width of the view within which objects attract attention
_NEAR = 0.7  # metres: closer objects do not attract more attention
_BEHIND_FRONT = 0.5  # metres from the front of furniture to its middle
_SWAY = (0.05, 0.05)  # metres up and down, radians of roll
_TURN = 0.33  # radians between two frames: 50 degrees a second
_VIEWS = 36  # directions
_USUAL_INTEREST = 1.2  # about the interest of one object at the walker's feet
_HASTE = (0.7, 2.4)  # times the usual turn


def walk(room: Room, count: int) -> Array:
    """Return the camera poses of a walk. The same room and count give the same poses.

    Args:
        room: the recipe.
        count: number of frames.

    Returns:
        (count, 4, 4) from the camera's frame (x right, y down, z forward) to the room frame, metres.
    """
    rng = generator(room.seed, room.index, "walk")
    ground = _way(room, count, rng)
    time = np.arange(count)
    height = _drift(time, *_HEIGHT, rng) + _SWAY[0] * _tremor(time, rng)
    places = np.column_stack([ground, height])
    yaw, tilt = _looking_around(room, places, _drift(time, *_TILT, rng), rng)
    roll = _SWAY[1] * _tremor(time, rng)
    poses = np.tile(np.eye(4), (count, 1, 1))
    poses[:, :3, :3] = rotations(yaw, tilt, roll)
    poses[:, :3, 3] = places
    return poses


def _looking_around(room: Room, places: Array, tilt: Array, rng: Generator) -> tuple[Array, Array]:
    """Turn continuously: fast past bare walls, slowly past objects. Tilt towards the objects.

    Args:
        room: the recipe.
        places: (n, 3) positions of the phone.
        tilt: (n,) radians below the horizon if no objects are in view.

    Returns:
        (n,) yaw, (n,) tilt, radians.
    """
    things = [item.box.center for item in room.items + room.clutter if item.label not in STRUCTURE]
    ways = np.array(things).reshape(-1, 3) - places[:, None]
    far = np.hypot(ways[:, :, 0], ways[:, :, 1])
    bearings = np.arctan2(ways[:, :, 1], ways[:, :, 0])
    slopes = np.arctan2(-ways[:, :, 2], far)
    sector = np.round(bearings / (2 * np.pi) * _VIEWS).astype(np.int64) % _VIEWS
    open_to = np.take_along_axis(_views(room, places[:, :2]), sector, axis=1)
    weight = (far < open_to + _BEHIND_FRONT) / np.maximum(far, _NEAR)
    pace = rng.choice([-1.0, 1.0]) * _TURN * (1 + 0.3 * _tremor(np.arange(len(places)), rng))
    yaw = np.empty(len(places))
    bent = np.empty(len(places))
    at = float(rng.uniform(-np.pi, np.pi))
    for row in range(len(places)):
        aside = (bearings[row] - at + np.pi) % (2 * np.pi) - np.pi
        interest = weight[row] * np.exp(-((aside / _GAZE) ** 2))
        yaw[row] = at
        bent[row] = (tilt[row] + interest @ slopes[row]) / (1 + interest.sum())
        at += pace[row] * float(np.clip(_USUAL_INTEREST / (0.1 + interest.sum()), *_HASTE))
    return yaw, np.clip(uniform_filter1d(bent, 3, mode="nearest"), *_LEAST_AND_MOST_TILT)


def _views(room: Room, ground: Array) -> Array:
    """Return (n, _VIEWS) metres to a wall or tall furniture, in directions counter-clockwise from x."""
    angles = np.arange(_VIEWS) * 2 * np.pi / _VIEWS
    ways = np.tile(np.column_stack([np.cos(angles), np.sin(angles)]), (len(ground), 1))
    starts = np.repeat(ground, _VIEWS, axis=0)
    far = np.full(len(ways), 0.05)
    for _ in range(12):  # a step as long as the clearance cannot pass through an object
        far += np.clip(clearance(room, starts + far[:, None] * ways, _CHEST), 0, None)
    return far.reshape(len(ground), _VIEWS)


def clearance(room: Room, points: Array, above: float = _KNEE) -> Array:
    """Return the distance of points on the floor to the closest wall or furniture.

    Args:
        room: the recipe.
        points: (n, 2) metres.
        above: metres; furniture that is lower is ignored.

    Returns:
        (n,) metres; zero inside furniture, negative outside the plan.
    """
    spaces = [space for part in room.plan.spaces for space in part]
    # A doorway is open to both rooms, so only the distance to its sides counts.
    spaces += [(x0 - _EASY, y0, x1 + _EASY, y1) for x0, y0, x1, y1 in room.plan.thresholds]
    x, y = points.T
    inside = [np.min([x - x0, x1 - x, y - y0, y1 - y], axis=0) for x0, y0, x1, y1 in spaces]
    clear: Array = np.max(inside, axis=0)
    for item in room.items + room.clutter:
        bottom = item.position[2]
        if item.label in STRUCTURE or bottom > _OVERHEAD or bottom + item.size[2] < above:
            continue
        own = np.abs((points - item.position[:2]) @ item.axes[:2, :2].T)
        beyond = np.maximum(own - np.array(item.size[:2]) / 2, 0)
        clear = np.minimum(clear, np.hypot(*beyond.T))
    return clear


def _way(room: Room, count: int, rng: Generator) -> Array:
    """Return (count, 2) the positions of the walker."""
    cells, clear = free_cells(room)
    line = _smoothed(room, cells[_round_trip(cells, clear, room.plan.floor_area, rng)])
    lengths = np.concatenate([[0.0], np.linalg.norm(np.diff(line, axis=0), axis=1).cumsum()])
    at = np.linspace(0, lengths[-1], count)
    return np.column_stack([np.interp(at, lengths, column) for column in line.T])


def free_cells(room: Room) -> tuple[Array, Array]:
    """Return (n, 2) the middles of the cells over which a phone can be carried, and (n,) their clearance."""
    low, high = room.plan.outline.min(axis=0), room.plan.outline.max(axis=0)
    x, y = (np.arange(a + _CELL / 2, b, _CELL) for a, b in zip(low, high, strict=True))
    cells = np.column_stack([grid.ravel() for grid in np.meshgrid(x, y)])
    over = clearance(room, cells, _CHEST)
    cells = cells[over >= min(_LEAST, over.max())]
    return cells, clearance(room, cells)


def _round_trip(cells: Array, clear: Array, area: float, rng: Generator) -> IntArray:
    """Return the cells of a path from stop to stop. The next stop is always the closest that remains."""
    graph = _graph(cells, clear)
    _, region = connected_components(graph, directed=False)
    reached = region == np.bincount(region).argmax()
    roomy = reached & (clear >= min(_AT_EASE, clear[reached].max()))
    stops = _stops(cells, np.flatnonzero(roomy), area, rng)
    far, before = dijkstra(graph, directed=False, indices=stops, return_predecessors=True)
    way = [stops[0]]
    here, left = 0, list(range(1, len(stops)))
    while left:
        there = min(left, key=lambda row: far[here, stops[row]])
        left.remove(there)
        back = [stops[there]]
        while back[-1] != stops[here]:
            back.append(int(before[here, back[-1]]))
        way += back[-2::-1]
        here = there
    return np.array(way)


def _graph(cells: Array, clear: Array) -> csr_array:
    """Return the costs of steps between neighbouring cells. Steps near or over furniture cost more."""
    place = np.round((cells - cells.min(axis=0)) / _CELL).astype(np.int64)
    columns, lines = place.max(axis=0) + 2
    index = np.full((columns + 1, lines + 1), -1)
    index[tuple(place.T)] = np.arange(len(cells))
    starts, ends, costs = [], [], []
    effort = _EASY / np.clip(clear, _SQUEEZE, _EASY)
    for dx, dy in ((1, 0), (0, 1), (1, 1), (1, -1)):
        other = index[place[:, 0] + dx, place[:, 1] + dy]
        start = np.flatnonzero(other >= 0)
        end = other[start]
        starts.append(start)
        ends.append(end)
        costs.append(_CELL * np.hypot(dx, dy) * (effort[start] + effort[end]) / 2)
    steps = np.concatenate(costs), (np.concatenate(starts), np.concatenate(ends))
    return coo_array(steps, shape=(len(cells), len(cells))).tocsr()


def _stops(cells: Array, rows: IntArray, area: float, rng: Generator) -> list[int]:
    """Choose cells that are far from each other. The first is drawn at random."""
    chosen = [int(rows[rng.integers(len(rows))])]
    away = np.linalg.norm(cells[rows] - cells[chosen[0]], axis=1)
    for _ in range(int(np.clip(round(area / _FLOOR_OF_STOP), *_STOPS)) - 1):
        chosen.append(int(rows[away.argmax()]))
        away = np.minimum(away, np.linalg.norm(cells[rows] - cells[chosen[-1]], axis=1))
    return list(dict.fromkeys(chosen))


def _smoothed(room: Room, line: Array) -> Array:
    """Smooth a path, except where the smooth path would touch furniture."""
    if len(line) < 3:
        return line
    soft = uniform_filter1d(line, 7, axis=0, mode="nearest")
    clear = clearance(room, soft, _CHEST) >= _LEAST
    return np.where(clear[:, None], soft, line)


def _drift(time: IntArray, low: float, high: float, rng: Generator) -> Array:
    """Return a slow oscillation between two values."""
    share = (1 + np.sin(time * rng.uniform(0.11, 0.19) + rng.uniform(0, 2 * np.pi))) / 2
    return np.asarray(low + (high - low) * share)


def _tremor(time: IntArray, rng: Generator) -> Array:
    """Return an irregular oscillation between -1 and 1."""
    waves = [np.sin(time * rate + rng.uniform(0, 2 * np.pi)) for rate in rng.uniform(0.3, 1.4, 3)]
    return np.asarray(np.mean(waves, axis=0))


def rotations(yaw: Array, tilt: Array, roll: Array) -> Array:
    """Return (n, 3, 3) camera to room. The columns are the camera's right, down and forward."""
    forward = np.column_stack([np.cos(yaw) * np.cos(tilt), np.sin(yaw) * np.cos(tilt), -np.sin(tilt)])
    level = np.column_stack([np.sin(yaw), -np.cos(yaw), np.zeros_like(yaw)])
    upright = np.cross(forward, level)
    cosine, sine = np.cos(roll)[:, None], np.sin(roll)[:, None]
    right, down = cosine * level + sine * upright, cosine * upright - sine * level
    return np.stack([right, down, forward], axis=2)
