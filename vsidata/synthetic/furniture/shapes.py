"""The builders of shapes by name. The modules of this folder register them."""

from collections.abc import Callable

from numpy.random import Generator

from vsidata.synthetic.parts import Part

Builder = Callable[[float, float, float], list[Part]]
VariedBuilder = Callable[[float, float, float, Generator], list[Part]]

BUILDERS: dict[str, VariedBuilder] = {}
"""The builder of each shape. It makes the parts from width, depth, height and a random generator."""


def shape(*names: str) -> Callable[[Builder], Builder]:
    """Register a builder that needs only width, depth and height."""

    def register(builder: Builder) -> Builder:
        for name in names:
            BUILDERS[name] = lambda width, depth, height, _: builder(width, depth, height)
        return builder

    return register


def varied_shape(*names: str) -> Callable[[VariedBuilder], VariedBuilder]:
    """Register a builder with random variations. It needs a random generator too."""

    def register(builder: VariedBuilder) -> VariedBuilder:
        BUILDERS.update(dict.fromkeys(names, builder))
        return builder

    return register
