"""Makes a room from a seed: its objects, their sizes and their positions, without meshes.

Room frame: metres, z up, the floor at z = 0, walls along x and y, the plan centred on the origin. An object's
own frame: x across, y deep with its front at +y, z up. The origin is the middle of its underside. The frame
is turned by `yaw` about z.
"""

from collections import Counter
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import yaml
from numpy.random import Generator
from numpy.typing import NDArray

from vsidata.scene import Array, IntArray, OrientedBox, Scene, SceneObject
from vsidata.synthetic.catalogue import RICHNESS_SPREAD, Kind, Place, Theme, data, draw_labels, kinds, themes
from vsidata.synthetic.decks import Size, decks
from vsidata.synthetic.plans import DOORWAY, PARTITION, FloorPlan, make_plan
from vsidata.synthetic.seeding import generator

STRUCTURE = ("floor", "wall", "ceiling")
_TRIES = 40  # random spots drawn for each place of an object; the first free one is used
_SKIN = 0.012  # metres left free around an object
_DOOR_SWING = 0.7  # metres of floor kept free in front of a door
_FREELY_TURNED = 0.8  # metres: smaller objects stand at any angle, larger objects along the walls
_LATER = 3.0  # added to the rank
_BASIN = 0.2  # metres: nothing stands below an object on a wall that is deeper than this and lower than 1 m
_TELLING = 3  # an object in at most this many themes shows the purpose of a room
_CLUTTER = 3  # mean number of objects without annotation
_AREA_RANGE = (2.6, 120.0)  # square metres: VSI-Bench's rooms range from 2.4 to 128.5


@dataclass(frozen=True, eq=False)
class Item:
    """One object in the recipe of a room.

    Attributes:
        instance: its id, unique in the room. Some numbers are not used.
        label: the raw label.
        shape: the shape that is built for it.
        size: extents in its own frame (across, deep, high), metres.
        position: (3,) the middle of its underside in the room frame, metres.
        yaw: the angle by which its own frame is turned about z, radians.
        colour: its main colour, a name in the palette.
        style: random seed of the builder's variations.
        host: instance of the object that it stands on or in; None if it stands on the floor or hangs on a
            wall.
        wall: the index of the wall in the plan; None for other objects.
    """

    instance: int
    label: str
    shape: str
    size: Size
    position: Array
    yaw: float
    colour: str
    style: int
    host: int | None = None
    wall: int | None = None

    @property
    def axes(self) -> Array:
        """(3, 3) its own axes, in rows, in the room frame."""
        return yaw_axes(self.yaw)

    @property
    def box(self) -> OrientedBox:
        """Its box along its own axes, in the room frame."""
        center = self.position + np.array([0.0, 0.0, self.size[2] / 2])
        return OrientedBox(center, np.array(self.size), self.axes)


def scene_name(index: int) -> str:
    """Return the name of a room's scan in ScanNet's form, such as `scene0007_00`."""
    return f"scene{index:04d}_00"


@dataclass(frozen=True, eq=False)
class Room:
    """The recipe of a furnished room. Scans, renderings and truth are made from it.

    Attributes:
        seed, index: the random seed and the number of the room.
        theme: name of the kind of scan.
        scene_type: ScanNet's word for the kind of scan.
        plan: its floor and walls.
        height: height of the ceiling, metres.
        scanned_height: height up to which the scan shows the room, metres.
        items: its objects, by instance id, including walls, floor and ceiling.
        clutter: objects without annotation. Their instance ids are negative.
        unplaced: labels of objects for which there was not enough space.
    """

    seed: int
    index: int
    theme: str
    scene_type: str
    plan: FloorPlan
    height: float
    scanned_height: float
    items: tuple[Item, ...]
    clutter: tuple[Item, ...]
    unplaced: tuple[str, ...]

    @property
    def name(self) -> str:
        """The name of its scan."""
        return scene_name(self.index)


def yaw_axes(yaw: float) -> Array:
    """Return (3, 3) the axes, in rows, of a frame that is turned by `yaw` about z."""
    cosine, sine = np.cos(yaw), np.sin(yaw)
    return np.array([[cosine, sine, 0.0], [-sine, cosine, 0.0], [0.0, 0.0, 1.0]])


def lay_out(seed: int, index: int, *, plain: bool = False) -> Room:
    """Return the room of a seed and an index. It does not depend on earlier calls.

    Args:
        seed, index: the random seed and the number of the room.
        plain: whether to make a rectangle with few objects (`data/plain.yaml`) instead of a room like
            ScanNet's.
    """
    rng = generator(seed, index, "room")
    theme = themes()[int(rng.choice(len(themes()), p=_shares()))]
    mood = rng.standard_normal(2)
    richness = float(np.exp(RICHNESS_SPREAD * mood[0] - RICHNESS_SPREAD**2 / 2))
    size = 0.6 * mood[0] + 0.8 * mood[1]  # a larger room has more objects
    area = float(np.clip(theme.area * np.exp(theme.spread * size), *_AREA_RANGE))
    names = list(theme.plans)
    odds = np.array(list(theme.plans.values()), dtype=float)
    shape = names[int(rng.choice(len(names), p=odds / odds.sum()))]
    if plain:
        shape, richness = "rectangle", _plain()["richness"]
        area = float(np.exp(rng.uniform(*np.log(_plain()["area"]))))
    plan = make_plan(shape, area, generator(seed, index, "plan"))
    height = float(rng.uniform(2.35, 3.0))
    labels = draw_labels(theme, richness, generator(seed, index, "labels"))
    furnisher = _Furnisher(plan, theme, height, richness, generator(seed, index, "layout"))
    return furnisher.furnish(seed, index, labels)


@cache
def _plain() -> dict[str, Any]:
    """Return the constants of plain rooms in `data/plain.yaml`."""
    loaded = yaml.safe_load((data() / "plain.yaml").read_text(encoding="utf-8"))
    return {name: entry["value"] for name, entry in loaded.items()}


@cache
def _shares() -> Array:
    shares = np.array([theme.share for theme in themes()], dtype=np.float64)
    return np.asarray(shares / shares.sum())


def box_scene(seed: int, index: int) -> Scene:
    """Return the room as a scene of boxes without meshes, as sources with only boxes return scenes.

    Args:
        seed, index: as for `lay_out`.

    Returns:
        A scene of dataset `scannet`. Its objects have the recipe's upright boxes, and its room area is that
        of the plan. Walls, floor and ceiling are among the objects.
    """
    room = lay_out(seed, index)
    objects = tuple(SceneObject(item.instance, item.label, box=item.box) for item in room.items)
    return Scene("scannet", room.name, objects, room_area=room.plan.area)


_Structure = tuple[
    str, Size, Array, float, str, int | None
]  # label, size, position, yaw, colour, index of the wall


@dataclass(frozen=True)
class _PlannedObject:
    """An object before it is placed."""

    kind: Kind
    size: Size
    colour: str
    style: int


@dataclass(frozen=True, eq=False)
class _PlacedObject:
    """A placed object. `spot` is (x, y, z, yaw) of the middle of its underside."""

    wish: _PlannedObject
    spot: Array
    host: int | None


class _Furnisher:
    """Places the objects of one room, one after another, in free space.

    Several spots are drawn at a time, as an array (k, 4) of x, y, z and yaw in the room frame.
    """

    def __init__(self, plan: FloorPlan, theme: Theme, height: float, richness: float, rng: Generator) -> None:
        self.plan = plan
        self.theme = theme
        self.height = height
        self.richness = richness
        self.rng = rng
        self.spaces = np.array([space for room in plan.spaces for space in room])
        self.starts = np.array([wall.start for wall in plan.walls])
        self.along = np.array([wall.along for wall in plan.walls])
        self.inward = np.array([wall.inward for wall in plan.walls])
        self.lengths = np.array([wall.length for wall in plan.walls])
        self.openings = np.array([wall.opening or (np.inf, -np.inf) for wall in plan.walls])
        self.stood: list[_PlacedObject] = []
        self.guests: Counter[int] = Counter()
        self.boxes = np.empty((0, 6))  # x0, y0, z0, x1, y1, z1 of each object in `stood`
        swing = _DOOR_SWING + PARTITION
        self.kept_free = np.array(
            [
                (x0 - swing, y0 - 0.1, 0.0, x1 + swing, y1 + 0.1, DOORWAY[1])
                for x0, y0, x1, y1 in plan.thresholds
            ]
        ).reshape(-1, 6)

    def furnish(self, seed: int, index: int, labels: list[str]) -> Room:
        """Place the objects that fit and assign instance ids."""
        rng = self.rng
        wishes = [wish for label in labels if label not in STRUCTURE for wish in self._wishes(kinds()[label])]
        unplaced = self._place_all(wishes)
        named = len(self.stood)
        for wish in self._clutter():
            self._place(wish)
        tallest = float(self.boxes[:, 5].max(initial=0.0)) + 0.02
        ceiling = "ceiling" in labels
        scanned = self.height if ceiling else max(float(rng.uniform(1.9, self.height)), tallest)
        structure = self._structure("floor" in labels, ceiling, scanned)
        ids = _sparse_ids(len(structure) + named, rng)
        own = ids[len(structure) :] + [-1 - row for row in range(len(self.stood) - named)]
        items = [
            Item(instance, label, label, size, position, yaw, colour, 0, wall=wall)
            for instance, (label, size, position, yaw, colour, wall) in zip(ids, structure, strict=False)
        ]
        items += [self._item(instance, stood, own) for instance, stood in zip(own, self.stood, strict=True)]
        items.sort(key=lambda item: item.instance)
        return Room(
            seed=seed,
            index=index,
            theme=self.theme.name,
            scene_type=self.theme.scene_type,
            plan=self.plan,
            height=self.height,
            scanned_height=scanned,
            items=tuple(item for item in items if item.instance >= 0),
            clutter=tuple(item for item in items if item.instance < 0),
            unplaced=unplaced,
        )

    def _item(self, instance: int, stood: _PlacedObject, ids: list[int]) -> Item:
        wish = stood.wish
        host = None if stood.host is None else ids[stood.host]
        position, yaw = stood.spot[:3], float(stood.spot[3])
        kind = wish.kind
        return Item(instance, kind.label, kind.shape, wish.size, position, yaw, wish.colour, wish.style, host)

    def _structure(self, floor: bool, ceiling: bool, top: float) -> list[_Structure]:
        """Walls, and floor and ceiling if the scan has them."""
        low, high = self.plan.outline.min(axis=0), self.plan.outline.max(axis=0)
        x, y = (low + high) / 2
        width, depth = (float(length) for length in high - low)
        paint, cover = self._pick(kinds()["wall"].colours), self._pick(kinds()["floor"].colours)
        found: list[_Structure] = []
        for index, wall in enumerate(self.plan.walls):
            middle = np.array([*(wall.start + wall.end) / 2, 0.0])
            yaw = float(np.arctan2(-wall.inward[0], wall.inward[1]))
            found.append(("wall", (wall.length, 0.0, top), middle, yaw, paint, index))
        if floor:
            found.append(("floor", (width, depth, 0.0), np.array([x, y, 0.0]), 0.0, cover, None))
        if ceiling:
            found.append(("ceiling", (width, depth, 0.0), np.array([x, y, self.height]), 0.0, "white", None))
        return found

    def _pick(self, names: tuple[str, ...]) -> str:
        return names[int(self.rng.integers(len(names)))]

    def _wishes(self, kind: Kind) -> list[_PlannedObject]:
        """Draw the objects of one label. Most of them have the same shape and size, as in real rooms."""
        wishes: list[_PlannedObject] = []
        for _ in range(kind.draw_count(self.richness, self.rng)):
            alike = bool(wishes) and self.rng.random() < 0.7
            wishes.append(wishes[0] if alike else self._wish(kind, kind.draw_size(self.rng)))
        return wishes

    def _clutter(self) -> list[_PlannedObject]:
        kind = kinds()["object"]
        return [self._wish(kind, kind.draw_size(self.rng)) for _ in range(int(self.rng.poisson(_CLUTTER)))]

    def _wish(self, kind: Kind, size: Size) -> _PlannedObject:
        across, deep, high = size
        low_enough = (across, deep, min(high, self.height - 0.05))
        return _PlannedObject(kind, low_enough, self._pick(kind.colours), int(self.rng.integers(2**31)))

    def _place_all(self, wishes: list[_PlannedObject]) -> tuple[str, ...]:
        """Place objects in order of rank, and return the labels of those without enough space.

        An object that does not fit is tried again in the small size of its kind. If that does not fit
        either, no further object of the kind is tried.
        """
        number: Counter[str] = Counter()
        order: list[tuple[float, float, int]] = []
        for row, wish in enumerate(wishes):
            kind = wish.kind
            # A second pillow on a bed is placed after the first object of each other label.
            later = _LATER if number[kind.label] and kind.places[0].manner in _ON else 0.0
            number[kind.label] += 1
            order.append((_rank(kind.label) + later, -wish.size[0] * wish.size[1], row))
        unplaced: list[str] = []
        full: set[str] = set()
        for *_, row in sorted(order):
            wish = wishes[row]
            label = wish.kind.label
            if label in full or not (
                self._place(wish) or self._place(self._wish(wish.kind, wish.kind.small(wish.size)))
            ):
                full.add(label)
                unplaced.append(label)
        return tuple(unplaced)

    def _place(self, wish: _PlannedObject) -> bool:
        for place in wish.kind.places:
            spots, hosts = self._spots(wish, place)
            boxes = _bounds(wish.size, spots)
            needed = boxes.copy()
            if place.manner == "mount" and wish.size[1] > _BASIN and wish.kind.bottom < 1.0:
                needed[:, 2] = 0.0
            free = self._are_free(needed, place.manner, hosts)
            if free.any():
                row = int(free.argmax())
                host = int(hosts[row]) if len(hosts) else None
                self._stand(wish, spots[row], boxes[row], place.manner, host)
                return True
        return False

    def _stand(self, wish: _PlannedObject, spot: Array, box: Array, manner: str, host: int | None) -> None:
        self.stood.append(_PlacedObject(wish, spot, host if manner in _ON else None))
        self.boxes = np.vstack([self.boxes, box])
        if host is not None:
            self.guests[host] += 1
        if manner == "doorway":
            front = _moved(spot[None], np.array([[0.0, wish.size[1] / 2 + _DOOR_SWING / 2, 0.0]]))
            self.kept_free = np.vstack(
                [self.kept_free, _bounds((wish.size[0], _DOOR_SWING, wish.size[2]), front)]
            )

    def _are_free(self, boxes: Array, manner: str, hosts: IntArray) -> NDArray[np.bool_]:
        """Return (k,) whether each box is inside the room and touches nothing except its host."""
        low, high = boxes[:, :3], boxes[:, 3:]
        free = (low[:, 2] >= 0) & (high[:, 2] <= self.height)
        if manner not in _ON:
            slack = 1e-6
            above = (low[:, None, :2] >= self.spaces[:, :2] - slack).all(axis=2)
            below = (high[:, None, :2] <= self.spaces[:, 2:] + slack).all(axis=2)
            free &= np.any(above & below, axis=1)
        others = np.vstack([self.boxes, self.kept_free])
        margin = np.array([_SKIN, _SKIN, -1e-6])
        touch = ((others[:, :3] < high[:, None] + margin) & (others[:, 3:] > low[:, None] - margin)).all(
            axis=2
        )
        if manner in _ON:
            touch[np.arange(len(hosts)), hosts] = False
        return np.asarray(free & ~touch.any(axis=1))

    # --- random spots for an object, by manner, and the host of each spot if the manner has hosts ---

    def _spots(self, wish: _PlannedObject, place: Place) -> tuple[Array, IntArray]:
        manner = place.manner
        if manner in _WITH_HOST:
            return self._spots_with_host(wish, place)
        if manner in ("floor", "ceiling"):
            return self._spots_on_floor(wish, manner), _NO_HOSTS
        return self._spots_at_wall(wish, manner), _NO_HOSTS

    def _spots_on_floor(self, wish: _PlannedObject, manner: str) -> Array:
        rng = self.rng
        space = self.spaces[rng.integers(len(self.spaces), size=_TRIES)]
        yaw = rng.integers(4, size=_TRIES) * np.pi / 2
        small = max(wish.size[:2]) < _FREELY_TURNED
        yaw = yaw + (rng.uniform(-0.7, 0.7, _TRIES) if small else rng.normal(0.0, 0.05, _TRIES))
        half = _half_extents(wish.size, yaw)
        spot = space[:, :2] + half + rng.random((_TRIES, 2)) * (space[:, 2:] - space[:, :2] - 2 * half)
        z = self.height - wish.size[2] if manner == "ceiling" else 0.0
        return np.column_stack([spot, np.full(_TRIES, z), yaw])

    def _spots_at_wall(self, wish: _PlannedObject, manner: str) -> Array:
        rng = self.rng
        usable = np.maximum(self.lengths - wish.size[0] - 0.01, 0.0)
        if not usable.any():
            return np.empty((0, 4))
        wall = rng.choice(len(usable), size=_TRIES, p=usable / usable.sum())
        fixed = manner in ("doorway", "hang", "mount")
        slant = np.zeros(_TRIES)
        if not fixed and rng.random() < 0.3:
            slant = rng.normal(0.0, 0.03, _TRIES)
        across, deep = _half_extents(wish.size, slant).T
        gap = np.full(_TRIES, 0.002) if fixed else rng.uniform(0.005, 0.04, _TRIES)
        free = self.lengths[wall] - 2 * across
        if manner == "corner":
            inset = rng.uniform(0.005, 0.03, _TRIES)
            along = across + np.where(rng.random(_TRIES) < 0.5, inset, free - inset)
        else:
            along = across + rng.random(_TRIES) * free
        spot = (
            self.starts[wall] + along[:, None] * self.along[wall] + (gap + deep)[:, None] * self.inward[wall]
        )
        z = self._hanging_height(wish) if manner in ("hang", "mount") else np.zeros(_TRIES)
        yaw = np.arctan2(-self.inward[wall, 0], self.inward[wall, 1]) + slant
        opening = self.openings[wall]
        clear = (opening[:, 0] > along + across) | (opening[:, 1] < along - across)
        return np.asarray(np.column_stack([spot, z, yaw])[clear])

    def _hanging_height(self, wish: _PlannedObject) -> Array:
        wanted = wish.kind.bottom + self.rng.normal(0.0, 0.06, _TRIES)
        return np.asarray(np.clip(wanted, 0.03, max(0.03, self.height - 0.03 - wish.size[2])))

    def _spots_with_host(self, wish: _PlannedObject, place: Place) -> tuple[Array, IntArray]:
        rows = [row for row, stood in enumerate(self.stood) if stood.wish.kind.label in place.hosts]
        if not rows:
            return np.empty((0, 4)), _NO_HOSTS
        rows.sort(key=lambda row: self.guests[row])
        hosts = np.array([rows[turn % len(rows)] for turn in range(_TRIES)])
        if place.manner in _ON:
            return self._spots_on(wish, place.manner, hosts)
        spots = np.array([self.stood[host].spot for host in hosts])
        sizes = np.array([self.stood[host].wish.size for host in hosts])
        if place.manner == "at":
            shapes = [self.stood[host].wish.kind.shape for host in hosts]
            return self._spots_before(wish, shapes, spots, sizes), hosts
        return self._spots_next_to(wish, place.manner, spots, sizes), hosts

    def _spots_before(self, wish: _PlannedObject, shapes: list[str], spots: Array, sizes: Array) -> Array:
        """Return spots in front of a side of the host, facing the host, such as for a chair at a table."""
        rng = self.rng
        sides = np.array([1 if shape in _ONE_SIDED else 4 for shape in shapes])
        side = (rng.random(_TRIES) * sides).astype(np.int64)
        turn = side * np.pi / 2
        reach = np.where(side % 2 == 0, sizes[:, 1], sizes[:, 0]) / 2
        span = np.where(side % 2 == 0, sizes[:, 0], sizes[:, 1])
        lateral = rng.uniform(-0.5, 0.5, _TRIES) * np.maximum(0.0, span - wish.size[0])
        out = reach + 0.03 + rng.gamma(1.5, 0.12, _TRIES) + wish.size[1] / 2
        sine, cosine = np.sin(turn), np.cos(turn)
        way = np.column_stack([lateral * cosine - out * sine, lateral * sine + out * cosine, -spots[:, 2]])
        found = _moved(spots, way)
        found[:, 3] += np.pi + turn + rng.normal(0.0, 0.15, _TRIES)
        return found

    def _spots_next_to(self, wish: _PlannedObject, manner: str, spots: Array, sizes: Array) -> Array:
        """Return spots next to the host, or above it on the wall. The backs are aligned."""
        rng = self.rng
        level = self._hanging_height(wish)
        if manner == "beside":
            side = np.where(rng.random(_TRIES) < 0.5, 1.0, -1.0)
            lateral = side * ((sizes[:, 0] + wish.size[0]) / 2 + rng.uniform(0.03, 0.10, _TRIES))
            z = level if wish.kind.thin else np.zeros(_TRIES)
        else:
            lateral = rng.uniform(-0.5, 0.5, _TRIES) * np.maximum(0.0, sizes[:, 0] - wish.size[0])
            z = np.maximum(level, spots[:, 2] + sizes[:, 2] + 0.05)
        return _moved(spots, np.column_stack([lateral, (wish.size[1] - sizes[:, 1]) / 2, z - spots[:, 2]]))

    def _spots_on(self, wish: _PlannedObject, manner: str, hosts: IntArray) -> tuple[Array, IntArray]:
        """Return spots on the hosts' decks.

        Pillows are at the head of a bed, keyboards at the front of a desk.
        """
        rng = self.rng
        across, deep, high = wish.size
        rows, found = [], []
        for host in dict.fromkeys(hosts.tolist()):
            other = self.stood[host].wish
            for deck in decks(other.kind.shape, other.size):
                if deck.x1 - deck.x0 >= across and deck.y1 - deck.y0 >= deep and deck.room > high:
                    rows.append(host)
                    found.append((deck.x0, deck.x1, deck.y0, deck.y1, deck.z, deck.room))
        if not found:
            return np.empty((0, 4)), _NO_HOSTS
        pick = rng.integers(len(found), size=_TRIES)
        x0, x1, y0, y1, z, room = np.array(found)[pick].T
        low, reach = {"back": (0.0, 0.4), "front": (0.7, 0.3)}.get(manner, (0.0, 1.0))
        share = low + reach * rng.random(_TRIES)
        x = x0 + across / 2 + rng.random(_TRIES) * (x1 - x0 - across)
        y = y0 + deep / 2 + share * (y1 - y0 - deep)
        turn = np.clip(rng.normal(0.0, 0.12, _TRIES), -0.4, 0.4)
        half_x, half_y = _half_extents(wish.size, turn).T
        fits = (x - half_x >= x0) & (x + half_x <= x1) & (y - half_y >= y0) & (y + half_y <= y1) & (room > 5)
        chosen = np.array(rows)[pick]
        placed = _moved(np.array([self.stood[host].spot for host in chosen]), np.column_stack([x, y, z]))
        placed[:, 3] += np.where(fits, turn, 0.0)
        return placed, chosen


_ON = ("on", "in", "back", "front")
_WITH_HOST = (*_ON, "at", "beside", "over")
_ONE_SIDED = ("desk", "counter", "couch", "armchair", "bathtub", "tray")
_NO_HOSTS = np.empty(0, dtype=np.int64)


def _moved(spots: Array, way: Array) -> Array:
    """Return spots (k, 4), moved by (k, 3) along their own axes."""
    cosine, sine = np.cos(spots[:, 3]), np.sin(spots[:, 3])
    x = spots[:, 0] + way[:, 0] * cosine - way[:, 1] * sine
    y = spots[:, 1] + way[:, 0] * sine + way[:, 1] * cosine
    return np.column_stack([x, y, spots[:, 2] + way[:, 2], spots[:, 3]])


def _half_extents(size: Size, yaw: Array) -> Array:
    """Return (k, 2) half of the extents of turned boxes along x and y."""
    cosine, sine = np.abs(np.cos(yaw)), np.abs(np.sin(yaw))
    return np.column_stack([cosine * size[0] + sine * size[1], sine * size[0] + cosine * size[1]]) / 2


def _bounds(size: Size, spots: Array) -> Array:
    """Return (k, 6) the lowest and highest coordinates of a box of this size at each spot."""
    half = _half_extents(size, spots[:, 3])
    low, high = spots[:, 2:3], spots[:, 2:3] + size[2]
    return np.hstack([spots[:, :2] - half, low, spots[:, :2] + half, high])


@cache
def _rank(label: str) -> float:
    """Return the rank of a label; the lowest is placed first.

    The order is: doors and windows, furniture from large to small, objects at furniture.
    """
    kind = kinds()[label]
    first = kind.places[0]
    if kind.shape in ("window", "radiator"):
        return 0.5  # before the furniture, so that furniture may stand under windows
    ground = kind.length.p50 * kind.width.p50
    if len(kind.weights) <= _TELLING:
        ground += 3.0  # before objects of all kinds of rooms: every bathroom needs a toilet
    order = {
        "doorway": 0.0,
        "corner": 1.0,
        "against": 2 - 0.2 * ground,
        "floor": 3 - 0.2 * ground,
        "ceiling": 3.0,
    }
    if first.manner in ("hang", "mount"):
        return 4.0
    if first.manner in order:
        return order[first.manner]
    after = max((_rank(host) for host in first.hosts if host != label), default=0.0)
    return after + (5.0 if first.manner in _ON else 0.05)


def _sparse_ids(count: int, rng: Generator) -> list[int]:
    """Draw ids from 0 with a few gaps, as in annotations, in random order."""
    steps = np.where(rng.random(count) < 0.04, 2, 1)
    return [int(value) for value in rng.permutation(np.cumsum(steps) - steps[0])]
