"""The catalogue of objects: the shape, places, colours, frequency and sizes of every label.

Frequencies and sizes are those of ScanNet's training scans (`data/label_statistics.csv`).
"""

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

import numpy as np
import yaml
from numpy.random import Generator

from vsidata.scene import Array

RICHNESS_SPREAD = 0.7
"""Standard deviation of the logarithm of a scan's richness.

With this value, the number of objects per scan varies as much as in ScanNet.
"""

_Z90 = 1.2816  # the standard normal's 90th percentile
_GROUND_REACH = (-_Z90, 1.5)  # standard scores; objects beyond are fragments, or several annotated as one
_HEIGHT_REACH = (-0.8, 1.5)  # lower objects were scanned only in part, such as chairs without their backs
_FLAT = 0.12  # metres: largest depth of an object on a wall
_SURPLUS = 1.1  # factor; replaces labels in fewer than 12 scans (not counted), and objects without space
_APARTMENT = ("bathroom", "bedroom", "living", "kitchen")


@dataclass(frozen=True)
class Place:
    """A place for an object: a manner, and for some manners the labels of its possible hosts."""

    manner: str
    hosts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Spread:
    """The 10th, 50th and 90th percentile of a length in metres."""

    p10: float
    p50: float
    p90: float

    def at(self, score: float) -> float:
        """Return the length at a standard normal score. Its logarithm is linear between the percentiles."""
        ratio = self.p90 / self.p50 if score > 0 else self.p50 / self.p10
        return float(self.p50 * ratio ** (score / _Z90))


@dataclass(frozen=True)
class Kind:
    """The properties of a label.

    Attributes:
        label: the raw label.
        nyu40: its NYU40 class.
        shape: the builder in `furniture.py`.
        places: its possible places. The first place with enough space is used.
        side: direction of the longer ground side: `across` (along the wall behind it) or `deep`.
        colours: names in the palette.
        weights: its relative frequency in each theme.
        scans, objects, scans_once: counts in ScanNet's 1,201 training scans: scans with the label, objects
            with the label, and scans with exactly one such object.
        length, width, height: the sides of its axis-aligned box.
        bottom: median height of its bottom above the floor.
    """

    label: str
    nyu40: str
    shape: str
    places: tuple[Place, ...]
    side: str
    colours: tuple[str, ...]
    weights: dict[str, float]
    scans: int
    objects: int
    scans_once: int
    length: Spread
    width: Spread
    height: Spread
    bottom: float

    @property
    def thin(self) -> bool:
        """Whether the object may hang flat on a wall.

        The counted depth of such objects includes some of the wall.
        """
        return any(place.manner in ("doorway", "hang") for place in self.places)

    @property
    def _flat(self) -> float:
        return min(self.width.p10, _FLAT)

    def draw_count(self, richness: float, rng: Generator) -> int:
        """Draw the number of objects in a scan that has the label.

        The number is one as often as in the statistics, else larger.
        """
        if rng.random() < self.scans_once / self.scans or self.scans == self.scans_once:
            return 1
        mean = (self.objects - self.scans_once) / (self.scans - self.scans_once)
        return 1 + min(int(rng.geometric(1 / (1 + (mean - 2) * richness))), 40)

    def small(self, size: tuple[float, float, float]) -> tuple[float, float, float]:
        """Return the size to try if space is short: the smallest ground, and at most the median height."""
        across, deep, high = self._oriented(
            max(self.length.p10, self.width.p10), self._flat if self.thin else self.width.p10, self.height.p50
        )
        return min(across, size[0]), min(deep, size[1]), min(high, size[2])

    def draw_size(self, rng: Generator) -> tuple[float, float, float]:
        """Draw the extents across, deep and high, metres. They are correlated: a long table is also deep."""
        common = rng.standard_normal()
        reaches = (_GROUND_REACH, _GROUND_REACH, _HEIGHT_REACH)
        scores = [
            min(max(0.6 * common + 0.8 * own, low), high)
            for own, (low, high) in zip(rng.standard_normal(3), reaches, strict=True)
        ]
        longer = self.length.at(scores[0])
        shorter = min(self._flat if self.thin else self.width.at(scores[1]), longer)
        return self._oriented(longer, shorter, self.height.at(scores[2]))

    def _oriented(self, longer: float, shorter: float, height: float) -> tuple[float, float, float]:
        # the annotation has only the slab; the builder adds the cupboard below it
        if self.shape == "counter":
            height += self.bottom
        return (shorter, longer, height) if self.side == "deep" else (longer, shorter, height)


@dataclass(frozen=True)
class Theme:
    """A kind of scan: see `data/themes.yaml`."""

    name: str
    share: float
    scene_type: str
    area: float
    spread: float
    plans: dict[str, float]


def data() -> Traversable:
    """Return the folder of the data files."""
    return files("vsidata.synthetic") / "data"


def _rows(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader((data() / name).read_text(encoding="utf-8").splitlines()))


@cache
def themes() -> tuple[Theme, ...]:
    """Return the kinds of scans."""
    loaded = yaml.safe_load((data() / "themes.yaml").read_text(encoding="utf-8"))
    return tuple(Theme(name, **values) for name, values in loaded.items())


@cache
def palette() -> dict[str, tuple[int, int, int]]:
    """Return the 8-bit sRGB of each colour in the palette."""
    return {
        row["name"]: (int(row["red"]), int(row["green"]), int(row["blue"])) for row in _rows("palette.csv")
    }


@cache
def kinds() -> dict[str, Kind]:
    """Return the properties of each label, in the catalogue's order."""
    statistics = {row["label"]: row for row in _rows("label_statistics.csv")}
    return {row["label"]: _kind(row, statistics[row["label"]]) for row in _rows("catalogue.csv")}


def _kind(row: dict[str, str], counted: dict[str, str]) -> Kind:
    def spread(side: str) -> Spread:
        return Spread(*(float(counted[f"{side}_{percentile}_m"]) for percentile in ("p10", "p50", "p90")))

    weights = {
        name: float(weight) for name, weight in (entry.split(":") for entry in _split(row["themes"], "|"))
    }
    if not weights:
        weights = {theme.name: 1.0 for theme in themes()}
    weights.setdefault("apartment", float(np.mean([weights.get(name, 0.0) for name in _APARTMENT])))
    return Kind(
        label=row["label"],
        nyu40=row["nyu40"],
        shape=row["shape"],
        places=tuple(_place(place) for place in row["place"].split(";")),
        side=row["side"],
        colours=_split(row["colours"], "|"),
        weights=weights,
        scans=int(counted["scans"]),
        objects=int(counted["objects"]),
        scans_once=int(counted["scans_once"]),
        length=spread("length"),
        width=spread("width"),
        height=spread("height"),
        bottom=float(counted["bottom_p50_m"]),
    )


def _split(text: str, separator: str) -> tuple[str, ...]:
    return tuple(part for part in text.split(separator) if part)


def _place(text: str) -> Place:
    manner, _, hosts = text.partition(" ")
    return Place(manner, _split(hosts, "|"))


SCANS = 1201
"""Number of scans in ScanNet's training list. The statistics count these scans."""


@cache
def _rates() -> Array:
    """Return (labels, themes) the rate of each label in each theme, for scans of richness 1.

    A label is in a scan with probability 1 - exp(-rate * richness). The rates of a label are proportional to
    its weights. Bisection finds the factor with which the label is in as many scans as counted.
    """
    shares = np.array([theme.share for theme in themes()])
    weights = np.array(
        [[kind.weights.get(theme.name, 0.0) for theme in themes()] for kind in kinds().values()]
    )
    wanted = np.minimum([_SURPLUS * kind.scans / SCANS for kind in kinds().values()], 0.997)
    nodes, masses = np.polynomial.hermite_e.hermegauss(9)
    masses = masses / masses.sum()
    richness = np.exp(RICHNESS_SPREAD * nodes - RICHNESS_SPREAD**2 / 2)
    low, high = np.full(len(wanted), -20.0), np.full(len(wanted), 6.0)
    for _ in range(50):
        scale = (low + high) / 2
        rates = np.exp(scale)[:, None] * weights
        chance = 1 - np.exp(-rates[:, :, None] * richness)
        short = np.einsum("lts,t,s->l", chance, shares, masses) < wanted
        low, high = np.where(short, scale, low), np.where(short, high, scale)
    return np.asarray(np.exp((low + high) / 2)[:, None] * weights)


def draw_labels(theme: Theme, richness: float, rng: Generator) -> list[str]:
    """Draw the labels of a scan. Each is returned once, in the catalogue's order."""
    column = [each.name for each in themes()].index(theme.name)
    chances = 1 - np.exp(-_rates()[:, column] * richness)
    present = rng.random(len(chances)) < chances
    return [label for label, there in zip(kinds(), present, strict=True) if there]
