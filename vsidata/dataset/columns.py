"""The meanings of a build's columns and of the fields inside them, from `columns.yaml`."""

from collections.abc import Iterator, Mapping
from functools import cache

import pyarrow as pa
from pydantic import RootModel

from vsidata.rules.constant import Rules
from vsidata.rules.strict_yaml import read_packaged


class Meaning(Rules):
    """The meaning of a column, or of a field inside one.

    Attributes:
        meaning: the meaning, as a phrase.
        unit: the unit of its values; empty if they have no unit.
    """

    meaning: str
    unit: str = ""

    @property
    def in_words(self) -> str:
        """The phrase with the unit."""
        return f"{self.meaning}, {self.unit}" if self.unit else self.meaning


class _Meanings(RootModel[dict[str, dict[str, Meaning]]]):
    pass


@cache
def meanings() -> Mapping[str, Mapping[str, Meaning]]:
    """The meanings by table and path. For `embedded`, the columns of `qa` are not repeated."""
    return read_packaged(_Meanings, __package__, "columns.yaml").root


def fields(columns: pa.Schema) -> Iterator[tuple[str, pa.DataType]]:
    """Every column of a table and every field inside it, by path: `objects`, `objects[].box.center`."""
    for column in columns:
        yield from _inside(column.name, column.type)


def _inside(path: str, kind: pa.DataType) -> Iterator[tuple[str, pa.DataType]]:
    yield path, kind
    while pa.types.is_list(kind) or pa.types.is_fixed_size_list(kind):
        path, kind = f"{path}[]", kind.value_type
    if pa.types.is_struct(kind):
        for field in kind:
            yield from _inside(f"{path}.{field.name}", field.type)
