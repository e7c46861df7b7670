"""Imports go only down: no file or folder imports what depends on it. No two classes have the same name.

Here, a room is a file or a subfolder. A room may import another room of the same folder if the imports of
that room never lead back. Imports that only a type checker reads count too.
"""

import ast
from collections import defaultdict
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("vsidata", "vsitrain")
MOST_ROOMS = 20  # most rooms of a package, without __init__ and marker files, that a reader can keep in mind


def modules(root: Path) -> dict[str, Path]:
    """Return the file of each module, by its dotted name."""
    files = (file for package in PACKAGES for file in (root / package).rglob("*.py"))
    return {
        ".".join(file.relative_to(root).with_suffix("").parts).removesuffix(".__init__"): file
        for file in files
    }


def imports(file: Path, known: dict[str, Path]) -> set[str]:
    """Return the modules of this project that a file imports, anywhere in the file."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            names = (f"{node.module}.{alias.name}" for alias in node.names)
            found |= {name if name in known else node.module for name in names}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return found & known.keys()


def edges(root: Path) -> dict[tuple[str, ...], dict[str, dict[str, str]]]:
    """Return imports between rooms of one folder: folder → room → imported room → `file imports file`."""
    known = modules(root)
    found: dict[tuple[str, ...], dict[str, dict[str, str]]] = defaultdict(lambda: defaultdict(dict))
    for name, file in known.items():
        # The `__init__` of a package counts as a room next to the rooms in its folder.
        here = (*name.split("."), "__init__") if file.name == "__init__.py" else tuple(name.split("."))
        for other in imports(file, known) - {name}:
            there = (
                (*other.split("."), "__init__")
                if known[other].name == "__init__.py"
                else tuple(other.split("."))
            )
            depth = next(level for level, (a, b) in enumerate(zip(here, there, strict=False)) if a != b)
            found[here[:depth]][here[depth]][there[depth]] = f"{name} imports {other}"
    return found


def circles(root: Path) -> list[str]:
    """Return every import circle, as the imports that form it."""
    found = []
    for rooms in edges(root).values():
        try:
            TopologicalSorter({room: others.keys() for room, others in rooms.items()}).prepare()
        except CycleError as error:
            circle = error.args[1][::-1]
            found.append("; ".join(rooms[a][b] for a, b in pairwise(circle)))
    return found


def test_imports_make_no_circles():
    assert not circles(ROOT)


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_has_few_rooms(package):
    rooms = {name.split(".")[1] for name in modules(ROOT) if name.startswith(f"{package}.")}
    assert len(rooms) <= MOST_ROOMS


def classes(root: Path) -> dict[str, list[str]]:
    """Return the modules that define each class, by the name of the class."""
    found: dict[str, list[str]] = defaultdict(list)
    for name, file in modules(root).items():
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.ClassDef):
                found[node.name].append(name)
    return found


def test_no_two_classes_have_the_same_name():
    assert not {name: where for name, where in classes(ROOT).items() if len(where) > 1}


def test_file_names_state_what_the_file_contains():
    """The name `words.py` does not state which words it contains. The name `utils.py` states nothing."""
    assert not [str(file) for file in modules(ROOT).values() if file.name in ("words.py", "utils.py")]


def test_two_classes_of_one_name_are_found(tmp_path):
    for name in ("vsidata/a.py", "vsitrain/b.py"):
        file = tmp_path / name
        file.parent.mkdir()
        file.write_text("class Plan:\n    pass\n")
    assert classes(tmp_path) == {"Plan": ["vsidata.a", "vsitrain.b"]}


def test_a_circle_is_found_and_shown(tmp_path):
    """Circles are also found between folders, and in imports that only a type checker reads."""
    files = {
        "vsidata/low/a.py": "if TYPE_CHECKING:\n    from vsidata.high import b\n",
        "vsidata/high/b.py": "",
        "vsidata/high/c.py": "def f():\n    import vsidata.low.a\n",
        "vsitrain/d.py": "from vsidata.high.b import x",
    }
    for name, text in files.items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    (circle,) = circles(tmp_path)
    assert set(circle.split("; ")) == {
        "vsidata.low.a imports vsidata.high.b",
        "vsidata.high.c imports vsidata.low.a",
    }
