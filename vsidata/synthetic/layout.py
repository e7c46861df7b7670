"""From a seed to a room: which objects it holds, how large each is and where it stands. No meshes here.

Room frame: metres, z up, the floor at z = 0, walls along x and y, the plan centred on the origin. An object's own
frame: x across, y deep with its front at +y, z up; the origin is the middle of its underside; turned by `yaw` about z.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from numpy.random import Generator

from vsidata.scene import Array, OrientedBox, Scene, SceneObject
from vsidata.synthetic.catalogue import RICHNESS_SPREAD, Kind, Place, Theme, draw_labels, kinds, themes
from vsidata.synthetic.decks import Deck, Size, decks
from vsidata.synthetic.plans import DOORWAY, PARTITION, Plan, Wall, make_plan
from vsidata.synthetic.seeding import generator

STRUCTURE = ("floor", "wall", "ceiling")
_TRIES = 24  # random spots tried for each place of an object before the next place is tried
_SKIN = 0.012  # metres left free around an object
_DOOR_SWING = 0.7  # metres of floor kept free before a door
_CLUTTER = 3  # things that nobody annotates, on average
_AREA_RANGE = (2.6, 120.0)  # square metres: VSI-Bench's rooms range from 2.4 to 128.5


@dataclass(frozen=True, eq=False)
class Item:
    """One object of a room, as the recipe says it.

    Attributes:
        instance: its id; unique in the room, not dense.
        label: the raw label.
        shape: the builder that makes it.
        size: extents in its own frame (across, deep, high), metres.
        position: (3,) the middle of its underside in the room frame, metres.
        yaw: turn of its own frame about z, radians.
        colour: its main colour, a name in the palette.
        style: seed of what the builder varies.
        host: instance of the object that it stands on or in; None on the floor or a wall.
        wall: for a wall, its index in the plan.
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
        """(3, 3) its own axes in rows, room frame."""
        return yaw_axes(self.yaw)

    @property
    def box(self) -> OrientedBox:
        """Its box in its own frame."""
        center = self.position + np.array([0.0, 0.0, self.size[2] / 2])
        return OrientedBox(center, np.array(self.size), self.axes)


@dataclass(frozen=True, eq=False)
class Room:
    """A furnished room: the recipe from which scans, renderings and truth are made.

    Attributes:
        seed, index: what it was drawn from.
        theme: name of the kind of scan.
        scene_type: ScanNet's word for it.
        plan: its floor and walls.
        height: of the ceiling, metres.
        scanned_height: up to which the scanner was pointed, metres.
        items: its objects, by instance id; walls, floor and ceiling among them.
        clutter: things that nobody annotates; their instance ids are negative.
        unplaced: labels of objects for which no room was found.
    """

    seed: int
    index: int
    theme: str
    scene_type: str
    plan: Plan
    height: float
    scanned_height: float
    items: tuple[Item, ...]
    clutter: tuple[Item, ...]
    unplaced: tuple[str, ...]

    @property
    def name(self) -> str:
        """ScanNet's way of naming a scan."""
        return f"scene{self.index:04d}_00"


def yaw_axes(yaw: float) -> Array:
    """(3, 3) the axes of a frame turned by `yaw` about z, in rows."""
    cosine, sine = np.cos(yaw), np.sin(yaw)
    return np.array([[cosine, sine, 0.0], [-sine, cosine, 0.0], [0.0, 0.0, 1.0]])


def lay_out(seed: int, index: int) -> Room:
    """The room that a seed and an index stand for: the same for any order of calls."""
    rng = generator(seed, index, "room")
    theme = themes()[int(rng.choice(len(themes()), p=_shares()))]
    mood = rng.standard_normal(2)
    richness = float(np.exp(RICHNESS_SPREAD * mood[0] - RICHNESS_SPREAD**2 / 2))
    size = 0.6 * mood[0] + 0.8 * mood[1]  # a larger room holds more
    area = float(np.clip(theme.area * np.exp(theme.spread * size), *_AREA_RANGE))
    names = list(theme.plans)
    odds = np.array(list(theme.plans.values()), dtype=float)
    plan = make_plan(names[int(rng.choice(len(names), p=odds / odds.sum()))], area, generator(seed, index, "plan"))
    height = float(rng.uniform(2.35, 3.0))
    labels = draw_labels(theme, richness, generator(seed, index, "labels"))
    furnisher = _Furnisher(plan, theme, height, richness, generator(seed, index, "layout"))
    return furnisher.furnish(seed, index, labels)


@cache
def _shares() -> Array:
    shares = np.array([theme.share for theme in themes()])
    return shares / shares.sum()


def box_scene(seed: int, index: int) -> Scene:
    """The room as a scene of boxes, without meshes: as a source of boxes alone would give it.

    Args:
        seed, index: as for `lay_out`.

    Returns:
        A scene of dataset `scannet` whose objects have the recipe's upright boxes, and whose room area is the
        plan's. Walls, floor and ceiling are among the objects.
    """
    room = lay_out(seed, index)
    objects = tuple(SceneObject(item.instance, item.label, box=item.box) for item in room.items)
    return Scene("scannet", room.name, objects, room_area=room.plan.area)


@dataclass(frozen=True)
class _Wish:
    """An object yet to be placed."""

    kind: Kind
    size: Size
    colour: str
    style: int


@dataclass(frozen=True)
class _Spot:
    """A spot for an object: middle of its underside, and yaw."""

    x: float
    y: float
    z: float
    yaw: float


class _Furnisher:
    """Places the objects of one room one after another, each where nothing stands yet."""

    def __init__(self, plan: Plan, theme: Theme, height: float, richness: float, rng: Generator) -> None:
        self.plan = plan
        self.theme = theme
        self.height = height
        self.richness = richness
        self.rng = rng
        self.boxes = np.empty((512, 6))  # x0, y0, z0, x1, y1, z1 of all that is placed, then of space kept free
        self.count = 0
        self.placed: list[tuple[_Wish, _Spot, int | None, int]] = []  # with host and row in `boxes`
        self.guests: dict[int, int] = defaultdict(int)
        self.lengths = np.array([wall.length for wall in plan.walls])
        for x0, y0, x1, y1 in plan.thresholds:
            swing = _DOOR_SWING + PARTITION
            self._occupy((x0 - swing, y0 - 0.1, 0.0, x1 + swing, y1 + 0.1, DOORWAY[1]))

    def furnish(self, seed: int, index: int, labels: list[str]) -> Room:
        """Place what fits and hand out instance ids."""
        rng = self.rng
        wishes = [wish for label in labels if label not in STRUCTURE for wish in self._wishes(kinds()[label])]
        wishes.sort(key=lambda wish: (_rank(wish.kind.label), -wish.size[0] * wish.size[1]))
        unplaced = [wish.kind.label for wish in wishes if not self._place(wish) and not self._place(self._small(wish))]
        named = len(self.placed)
        for wish in self._clutter():
            self._place(wish)
        tops = [spot.z + wish.size[2] for wish, spot, _, _ in self.placed]
        ceiling = "ceiling" in labels
        scanned = self.height if ceiling else max([float(rng.uniform(1.9, self.height)), *(top + 0.02 for top in tops)])
        structure = self._structure("floor" in labels, ceiling, scanned)
        ids = _sparse_ids(len(structure) + named, rng)
        order = rng.permutation(len(ids))
        ids = [ids[position] for position in order]
        own = ids[len(structure) :] + [-1 - row for row in range(len(self.placed) - named)]
        items = [
            Item(instance, label, label, size, position, yaw, colour, 0, wall=wall)
            for instance, (label, size, position, yaw, colour, wall) in zip(ids, structure, strict=False)
        ]
        for instance, (wish, spot, host, _) in zip(own, self.placed, strict=True):
            position = np.array([spot.x, spot.y, spot.z])
            on = None if host is None else own[host]
            items.append(
                Item(instance, wish.kind.label, wish.kind.shape, wish.size, position, spot.yaw, wish.colour, wish.style, on)
            )
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
            unplaced=tuple(unplaced),
        )

    def _structure(
        self, floor: bool, ceiling: bool, top: float
    ) -> list[tuple[str, Size, Array, float, str, int | None]]:
        """Walls, floor and ceiling: label, size, position, yaw, colour, index of the wall."""
        low, high = self.plan.outline.min(axis=0), self.plan.outline.max(axis=0)
        middle = (low + high) / 2
        width, depth = (float(length) for length in high - low)
        found: list[tuple[str, Size, Array, float, str, int | None]] = []
        paint = self._pick(kinds()["wall"].colours)
        for index, wall in enumerate(self.plan.walls):
            at = (wall.start + wall.end) / 2
            found.append(("wall", (wall.length, 0.0, top), np.array([*at, 0.0]), _facing(wall.inward), paint, index))
        if floor:
            found.append(("floor", (width, depth, 0.0), np.array([*middle, 0.0]), 0.0, self._pick(kinds()["floor"].colours), None))
        if ceiling:
            found.append(("ceiling", (width, depth, 0.0), np.array([*middle, self.height]), 0.0, "white", None))
        return found

    def _pick(self, names: tuple[str, ...]) -> str:
        return names[int(self.rng.integers(len(names)))]

    def _wishes(self, kind: Kind) -> list[_Wish]:
        """The objects of one label: most of them of one model, as in real rooms."""
        rng = self.rng
        wishes: list[_Wish] = []
        for _ in range(kind.draw_count(self.richness, rng)):
            if wishes and rng.random() < 0.7:
                wishes.append(wishes[0])
            else:
                size = kind.draw_size(rng)
                tallest = self.height - 0.05
                size = (size[0], size[1], min(size[2], tallest))
                wishes.append(_Wish(kind, size, self._pick(kind.colours), int(rng.integers(2**31))))
        return wishes

    def _clutter(self) -> list[_Wish]:
        kind = kinds()["object"]
        count = int(self.rng.poisson(_CLUTTER))
        return [
            _Wish(kind, kind.draw_size(self.rng), self._pick(kind.colours), int(self.rng.integers(2**31)))
            for _ in range(count)
        ]

    def _small(self, wish: _Wish) -> _Wish:
        across, deep, high = wish.kind.smallest
        return replace(wish, size=(across, deep, min(high, self.height - 0.05)))

    def _place(self, wish: _Wish) -> bool:
        for place in wish.kind.places:
            for spot, host in self._spots(wish, place):
                box = _bounds(wish.size, spot)
                if self._is_free(box, place, host):
                    self.placed.append((wish, spot, host if place.manner in _ON else None, self.count))
                    self._occupy(box)
                    if host is not None:
                        self.guests[host] += 1
                    if place.manner == "doorway":
                        self._keep_swing_free(wish, spot)
                    return True
        return False

    def _keep_swing_free(self, wish: _Wish, spot: _Spot) -> None:
        front = _offset(spot, 0.0, wish.size[1] / 2 + _DOOR_SWING / 2, 0.0)
        self._occupy(_bounds((wish.size[0], _DOOR_SWING, wish.size[2]), front))

    def _occupy(self, box: tuple[float, ...]) -> None:
        if self.count == len(self.boxes):
            self.boxes = np.concatenate([self.boxes, np.empty_like(self.boxes)])
        self.boxes[self.count] = box
        self.count += 1

    def _is_free(self, box: tuple[float, ...], place: Place, host: int | None) -> bool:
        x0, y0, z0, x1, y1, z1 = box
        if z0 < 0 or z1 > self.height:
            return False
        if place.manner not in _ON and not self._is_inside(x0, y0, x1, y1):
            return False
        others = self.boxes[: self.count]
        hit = (
            (others[:, 0] < x1 + _SKIN)
            & (others[:, 3] > x0 - _SKIN)
            & (others[:, 1] < y1 + _SKIN)
            & (others[:, 4] > y0 - _SKIN)
            & (others[:, 2] < z1 - 1e-6)
            & (others[:, 5] > z0 + 1e-6)
        )
        if host is not None and place.manner in _ON:
            hit[self.placed[host][3]] = False
        return not hit.any()

    def _is_inside(self, x0: float, y0: float, x1: float, y1: float) -> bool:
        slack = 1e-6
        return any(
            x0 >= a - slack and y0 >= b - slack and x1 <= c + slack and y1 <= d + slack
            for spaces in self.plan.spaces
            for a, b, c, d in spaces
        )

    def _spots(self, wish: _Wish, place: Place) -> Iterator[tuple[_Spot, int | None]]:
        """Random spots for an object in one manner, with the host where there is one."""
        if place.manner in _WITH_HOST:
            hosts = [row for row, (other, *_) in enumerate(self.placed) if other.kind.label in place.hosts]
            if not hosts:
                return
            hosts.sort(key=lambda row: self.guests[row])
            for turn in range(_TRIES):
                host = hosts[turn % len(hosts)]
                spot = self._spot_with_host(wish, place.manner, host)
                if spot is not None:
                    yield spot, host
            return
        for _ in range(_TRIES):
            spot = self._spot_alone(wish, place.manner)
            if spot is not None:
                yield spot, None

    def _spot_alone(self, wish: _Wish, manner: str) -> _Spot | None:
        rng = self.rng
        if manner in ("floor", "ceiling"):
            spaces = [space for room in self.plan.spaces for space in room]
            x0, y0, x1, y1 = spaces[int(rng.integers(len(spaces)))]
            yaw = float(rng.integers(4)) * np.pi / 2
            small = max(wish.size[:2]) < 0.8
            yaw += float(rng.uniform(-0.7, 0.7)) if small else float(rng.normal(0.0, 0.05))
            half_x, half_y = _half_extents(wish.size, yaw)
            if x1 - x0 <= 2 * half_x or y1 - y0 <= 2 * half_y:
                return None
            x, y = rng.uniform((x0 + half_x, y0 + half_y), (x1 - half_x, y1 - half_y))
            return _Spot(float(x), float(y), self.height - wish.size[2] if manner == "ceiling" else 0.0, yaw)
        return self._spot_at_wall(wish, manner)

    def _spot_at_wall(self, wish: _Wish, manner: str) -> _Spot | None:
        rng = self.rng
        wall = self._pick_wall(wish.size[0])
        if wall is None:
            return None
        on_wall = manner in ("doorway", "hang", "mount")
        slant = float(rng.normal(0.0, 0.03)) if not on_wall and rng.random() < 0.3 else 0.0
        across, deep = _half_extents(wish.size, slant)
        free = wall.length - 2 * across
        if free <= 0:
            return None
        gap = 0.002 if on_wall else float(rng.uniform(0.005, 0.04))
        if manner == "corner":
            inset = min(float(rng.uniform(0.005, 0.03)), free)
            along = across + (inset if rng.random() < 0.5 else free - inset)
        else:
            along = across + float(rng.uniform(0.0, free))
        if wall.opening is not None and wall.opening[0] < along + across and wall.opening[1] > along - across:
            return None
        x, y = wall.start + along * wall.along + (gap + deep) * wall.inward
        z = self._hanging_height(wish) if manner in ("hang", "mount") else 0.0
        return _Spot(float(x), float(y), z, _facing(wall.inward) + slant)

    def _hanging_height(self, wish: _Wish) -> float:
        wanted = wish.kind.bottom + float(self.rng.normal(0.0, 0.06))
        return float(np.clip(wanted, 0.03, max(0.03, self.height - 0.03 - wish.size[2])))

    def _pick_wall(self, across: float) -> Wall | None:
        long = np.maximum(self.lengths - across, 0.0)
        total = long.sum()
        if total == 0:
            return None
        return self.plan.walls[int(np.searchsorted(np.cumsum(long), self.rng.random() * total))]

    def _spot_with_host(self, wish: _Wish, manner: str, host: int) -> _Spot | None:
        rng = self.rng
        other, where, _, _ = self.placed[host]
        width, depth, height = other.size
        if manner in _ON:
            return self._spot_on(wish, manner, other, where)
        if manner == "at":  # before one of its sides, facing it
            sides = 1 if other.kind.shape in _ONE_SIDED else 4
            side = int(rng.integers(sides))
            turn = (0.0, np.pi / 2, np.pi, -np.pi / 2)[side]
            reach = depth / 2 if side % 2 == 0 else width / 2
            span = width if side % 2 == 0 else depth
            slack = max(0.0, span / 2 - wish.size[0] / 2)
            lateral = float(rng.uniform(-slack, slack))
            gap = 0.03 + float(rng.gamma(1.5, 0.12))
            out = reach + gap + wish.size[1] / 2
            sine, cosine = np.sin(turn), np.cos(turn)
            x, y = lateral * cosine - out * sine, lateral * sine + out * cosine
            return _turned(_offset(where, x, y, -where.z), np.pi + turn + float(rng.normal(0.0, 0.15)))
        gap = float(rng.uniform(0.03, 0.10))
        if manner == "beside":  # at its left or right, backs in line
            lateral = (width / 2 + gap + wish.size[0] / 2) * (1 if rng.random() < 0.5 else -1)
            z = self._hanging_height(wish) if wish.kind.thin else 0.0
            return _offset(where, lateral, (wish.size[1] - depth) / 2, z - where.z)
        # over: on the wall above it
        top = where.z + height
        z = max(self._hanging_height(wish), top + 0.05)
        slack = max(0.0, (width - wish.size[0]) / 2)
        return _offset(where, float(rng.uniform(-slack, slack)), (wish.size[1] - depth) / 2, z - where.z)

    def _spot_on(self, wish: _Wish, manner: str, other: _Wish, where: _Spot) -> _Spot | None:
        rng = self.rng
        free: list[Deck] = [
            deck
            for deck in decks(other.kind.shape, other.size)
            if deck.x1 - deck.x0 > wish.size[0] + 0.02
            and deck.y1 - deck.y0 > wish.size[1] + 0.02
            and deck.room > wish.size[2]
        ]
        if not free:
            return None
        deck = free[int(rng.integers(len(free)))]
        x = float(rng.uniform(deck.x0 + wish.size[0] / 2 + 0.01, deck.x1 - wish.size[0] / 2 - 0.01))
        low, high = deck.y0 + wish.size[1] / 2 + 0.01, deck.y1 - wish.size[1] / 2 - 0.01
        share = {"back": (0.0, 0.2), "front": (0.8, 1.0)}.get(manner, (0.0, 1.0))
        y = low + (high - low) * float(rng.uniform(*share))
        spot = _offset(where, x, y, deck.z)
        turn = float(np.clip(rng.normal(0.0, 0.12), -0.4, 0.4)) if deck.room > 5 and manner != "back" else 0.0
        half_x, half_y = _half_extents(wish.size, turn)
        if half_x > (deck.x1 - deck.x0) / 2 or x - half_x < deck.x0 or x + half_x > deck.x1:
            return spot
        if y - half_y < deck.y0 or y + half_y > deck.y1:
            return spot
        return _turned(spot, turn)


_ON = ("on", "in", "back", "front")
_WITH_HOST = (*_ON, "at", "beside", "over")
_ONE_SIDED = ("desk", "counter", "couch", "armchair", "bathtub", "tray")


def _facing(inward: Array) -> float:
    """Yaw of an object whose front looks along `inward`."""
    return float(np.arctan2(-inward[0], inward[1]))


def _offset(spot: _Spot, x: float, y: float, z: float) -> _Spot:
    """The spot moved by (x, y, z) along its own axes."""
    cosine, sine = np.cos(spot.yaw), np.sin(spot.yaw)
    return _Spot(float(spot.x + x * cosine - y * sine), float(spot.y + x * sine + y * cosine), spot.z + z, spot.yaw)


def _turned(spot: _Spot, angle: float) -> _Spot:
    return _Spot(spot.x, spot.y, spot.z, float(spot.yaw + angle))


def _half_extents(size: Size, yaw: float) -> tuple[float, float]:
    """Half of the ground extents of a turned box along x and y."""
    cosine, sine = abs(float(np.cos(yaw))), abs(float(np.sin(yaw)))
    return (cosine * size[0] + sine * size[1]) / 2, (sine * size[0] + cosine * size[1]) / 2


def _bounds(size: Size, spot: _Spot) -> tuple[float, float, float, float, float, float]:
    half_x, half_y = _half_extents(size, spot.yaw)
    return spot.x - half_x, spot.y - half_y, spot.z, spot.x + half_x, spot.y + half_y, spot.z + size[2]


@cache
def _rank(label: str) -> int:
    """When an object is placed: doors first, then furniture along walls, on the floor, and what stands at or on it."""
    order = {"doorway": 0, "corner": 1, "against": 2, "floor": 3, "hang": 4, "mount": 4, "ceiling": 4}
    first = kinds()[label].places[0]
    if label == "window":
        return 1  # before the furniture, which may then stand under it
    if first.manner in order:
        return order[first.manner]
    later = {"bed", "couch", "coffee table", "table", "desk", "end table", "nightstand", "armchair", "sofa chair"}
    hosts = [host for host in first.hosts if host != label]
    fixed = [order.get(kinds()[host].places[0].manner, 5 if host in later else 4) for host in hosts]
    return 1 + max(fixed) + (2 if first.manner in _ON else 0)


def _sparse_ids(count: int, rng: Generator) -> list[int]:
    """Ascending ids from 0 with a few gaps, as annotations have them."""
    steps = np.where(rng.random(count) < 0.04, 2, 1)
    return [int(value) for value in np.cumsum(steps) - steps[0]]
