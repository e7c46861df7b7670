"""No text of the project uses a word or a form of `english.yaml`.

The test reads string literals, docstrings and comments of the Python files, and every other text that a user
or a contributor reads: YAML, Markdown, notebooks, pages, templates. In the files of tests it reads names,
docstrings, comments, assertion messages and the reasons that pytest is given. Other strings are data.
"""

import ast
import io
import json
import re
import tokenize
from bisect import bisect_right
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
FORMS = [
    (re.compile(form["find"], re.IGNORECASE), form["write"])
    for form in yaml.safe_load((ROOT / "tests/english.yaml").read_text("utf-8"))
]
READ_IN = ("vsidata", "vsitrain", "scripts", "notebooks", "recipes", "docs", ".github", "tests")
READ_AT_THE_TOP = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "Makefile", "pyproject.toml")
PLAIN = {".md", ".yaml", ".yml", ".js", ".html", ".css", ".jinja", ".cff", ".toml", ".sh", ".ini", ".cfg"}
OF_THE_PROJECT = PLAIN | {".py", ".pyi", ".ipynb"}
OF_TESTS = {".py", ".sh"}

# Exceptions: (file, word). The program searches for these words in answers of models, or they are keys of
# stored data.
QUOTED = {
    ("notebooks/02_audit.ipynb", "without a look"),  # the axis of a stored picture
    ("scripts/docs/json_files.yaml", "commonest"),
    ("vsidata/selection/balance.py", "commonest"),
    ("vsitrain/answers/conclusion.py", "believe"),
    ("vsitrain/answers/conclusion.py", "hence"),
    ("vsitrain/answers/conclusion.py", "thus"),
    ("vsitrain/answers/words.yaml", "believe"),
    ("vsitrain/answers/words.yaml", "hence"),
    ("vsitrain/answers/words.yaml", "thus"),
}


# Calls of pytest that give a reason.
REASONED = re.compile(r"^pytest\.(mark\.)?(skip|skipif|xfail|fail|importorskip)$")

# The examples of odd texts in CONTRIBUTING.md.
EXAMPLES = re.compile(r"^<!-- english: examples -->$.*?^<!-- end of examples -->$", re.MULTILINE | re.DOTALL)


def strings(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield line and text of each string literal below a node, with … for the values in an f-string."""
    in_f_strings = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            in_f_strings |= {id(part) for part in node.values}
            text = "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in node.values)
            yield node.lineno, text
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in in_f_strings:
            yield node.lineno, node.value


def comments(source: str) -> Iterator[tuple[int, str]]:
    """Yield the first line and the text of each block of comments."""
    block: list[str] = []
    first = last = 0
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type != tokenize.COMMENT:
            continue
        if block and token.start[0] != last + 1:
            yield first, "\n".join(block)
            block = []
        first, last = (first if block else token.start[0]), token.start[0]
        block.append(token.string.lstrip("# "))
    if block:
        yield first, "\n".join(block)


def of_python(source: str) -> Iterator[tuple[int, str]]:
    """Yield line and text of each string literal, docstring and block of comments."""
    yield from strings(ast.parse(source))
    yield from comments(source)


def of_a_test(source: str) -> Iterator[tuple[int, str]]:
    """Yield line and text of each docstring, comment, assertion message, reason and name of a test."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            if ast.get_docstring(node) is not None:
                yield from strings(node.body[0])
            if not isinstance(node, ast.Module):
                yield node.lineno, node.name.replace("_", " ")
        elif isinstance(node, ast.Assert) and node.msg is not None:
            yield from strings(node.msg)
        elif isinstance(node, ast.Call) and REASONED.search(ast.unparse(node.func)):
            for argument in [*node.args, *(keyword.value for keyword in node.keywords)]:
                yield from strings(argument)
    yield from comments(source)


def of_notebook(source: str) -> Iterator[tuple[int, str]]:
    """Yield the number and the text of each cell, and of its output."""
    for number, cell in enumerate(json.loads(source)["cells"], 1):
        yield number, "".join(cell["source"])
        for output in cell.get("outputs", ()):
            yield (
                number,
                "".join(output.get("text", ())) + "".join(output.get("data", {}).get("text/plain", ())),
            )


def of_plain(source: str) -> Iterator[tuple[int, str]]:
    """Yield paragraphs, without comment marks and examples. Empty lines separate paragraphs."""
    lines = EXAMPLES.sub(lambda found: "\n" * found[0].count("\n"), source).splitlines()
    start = 0
    for number, line in enumerate([*lines, ""]):
        if line.strip(" #*/"):
            continue
        if number > start:
            yield start + 1, "\n".join(part.strip().lstrip("#*/ ") for part in lines[start:number])
        start = number + 1


def texts(file: Path) -> Iterator[tuple[int, str]]:
    """Yield line and text of everything in a file that a person reads."""
    source = file.read_text("utf-8")
    if file.suffix in {".py", ".pyi"}:
        return of_a_test(source) if ROOT / "tests" in file.parents else of_python(source)
    return of_notebook(source) if file.suffix == ".ipynb" else of_plain(source)


def found(file: Path, name: str) -> list[str]:
    """Return `file:line: "text" in "its sentence": write …` for each form that a file contains."""
    faults = []
    for first, text in texts(file):
        lines = [" ".join(line.split()) for line in text.splitlines()]
        joined = " ".join(lines)
        starts = list(accumulate((len(line) + 1 for line in lines), initial=0))
        for form, write in FORMS:
            for match in form.finditer(joined):
                if (name, match[0]) in QUOTED:
                    continue
                line = first + bisect_right(starts, match.end() - 1) - 1
                around = joined[max(0, match.start() - 30) : match.end() + 30]
                faults.append(f'{name}:{line}: "{match[0]}" in "{around}": write {write}')
    return faults


def files() -> dict[str, Path]:
    """Return every file with texts, by its path below the root."""
    inside = (file for folder in READ_IN for file in (ROOT / folder).rglob("*") if file.is_file())
    at_the_top = (ROOT / name for name in READ_AT_THE_TOP if (ROOT / name).exists())
    return {
        str(file.relative_to(ROOT)): file
        for file in sorted([*inside, *at_the_top])
        if file.suffix in (OF_TESTS if ROOT / "tests" in file.parents else OF_THE_PROJECT)
        or file.name == "Makefile"
    }


def test_texts_are_plain_english():
    faults = [fault for name, file in files().items() for fault in found(file, name)]
    assert not faults, "\n" + "\n".join(faults)


@pytest.mark.parametrize(
    "text",
    [
        "takes scans from one place, and here are none or two",
        "is sun, which is none",
        "wid: is no rule set",
        "Mend the value",
        "Name a build",
        "Set aside: no scan",
        "Whole: b1",
        "Stopped: the same command goes on from here",
        "Look and say, and change nothing",
        "Of every draw",
        "Who shall read it",
        "Let in who asks for access",
        "stay home",
        "sizes pay for it",
        "by day and by night",
        "Found 1 scenes",
    ],
)
def test_an_odd_form_is_found_in_every_kind_of_file(tmp_path, text):
    written = {
        "a.py": f'"""Fine.\n\n    {text}\n"""\n',
        "b.py": f'# Fine.\n\n# {text}\nx = "fine"\n',
        "c.py": f'x = 1\n\nraise ValueError(f"{text}: {{x}}")\n',
        "d.md": f"Fine.\n\n{text}\n",
        "e.yaml": f"# fine\na: 1\nwhy: {text}\n",
    }
    for name, source in written.items():
        (tmp_path / name).write_text(source)
        (fault, *_) = found(tmp_path / name, name)
        assert fault.startswith(f"{name}:3: ")
        assert ": write " in fault


def test_plain_texts_pass(tmp_path):
    file = tmp_path / "plain.md"
    file.write_text(
        "There is no such file. 21 scenes. It is no longer than before. No scan was skipped. OK: b1\n"
    )
    assert not found(file, "plain.md")
