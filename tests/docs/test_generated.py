"""The generated pages are complete: every topic, command, option, column and rule key is on them.

The expected content comes from elsewhere: the programs' own help, the columns of a Parquet file, and the rule
sets as plain data.
"""

import io
import re
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import yaml
from typer.testing import CliRunner

from scripts.docs import columns, commands, draw_examples, recipe_keys, rule_keys, topics
from scripts.docs.docstrings import separated
from scripts.docs.markdown import cell, prose
from scripts.docs.pages import moved
from vsidata.dataset.schema import EMBEDDED, FRAMES, QA, SCENES
from vsidata.topics.registry import TOPICS
from vsidata.topics.rule_set import RULE_SETS, load_rules
from vsitrain.settings.run_options import RunOptions

ROOT = Path(__file__).parents[2]


def sections(page, level):
    """Anchor → text, of the headings of a level."""
    parts = re.split(rf"^{'#' * level} .*\{{ #(\S+) \}}$", page, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


@pytest.mark.parametrize("program", commands.PROGRAMS)
def test_every_command_and_option_of_the_help_is_described(program):
    app = commands.PROGRAMS[program]
    described = sections(commands.page(), 3)
    listed = CliRunner().invoke(app, ["--help"]).output.partition("Commands:")[2]
    names = re.findall(r"^ {2}(\w[\w-]*) ", listed, re.MULTILINE)
    assert len(names) > 5
    assert {f"{program}-{name}" for name in names} == {
        anchor for anchor in described if anchor.startswith(f"{program}-")
    }
    for name in names:
        shown = CliRunner().invoke(app, [name, "--help"]).output.partition("Options:")[2]
        lines = re.findall(r"^ {2}(?:-\w, )?(--\S.*?)(?: {2}|$)", shown, re.MULTILINE)
        options = {option for line in lines for option in re.findall(r"--[\w-]+", line)}
        rows = re.findall(r"^\| (`-.*?) \|", described[f"{program}-{name}"], re.MULTILINE)
        found = {option for row in rows for option in re.findall(r"`(--[\w-]+)`", row)}
        assert found == options - {"--help"}, name


@pytest.mark.parametrize(("table", "schema"), {"qa": QA, "scenes": SCENES, "frames": FRAMES}.items())
def test_every_field_of_a_parquet_file_is_described(table, schema):
    assert leaves(schema) <= described(table)


def test_the_fields_of_embedded_questions_are_described_here_and_with_the_questions():
    assert leaves(EMBEDDED) <= described("qa") | described("embedded")


def leaves(schema):
    """The fields with values, as Parquet has them: `objects[].box.center`."""
    file = io.BytesIO()
    pq.write_table(schema.empty_table(), file)
    stored = pq.ParquetFile(file).schema
    paths = {stored.column(place).path.replace(".list.element", "[]") for place in range(len(stored))}
    return {path.rstrip("[]") for path in paths}


def described(table):
    section = sections(columns.page(), 2)[table]
    assert not re.search(r"^\| \S+ \| +\|", section, re.MULTILINE)  # every row has its meaning
    return set(re.findall(r"^\| `([^`]+)` \|", section, re.MULTILINE))


@pytest.mark.parametrize("name", RULE_SETS)
def test_every_constant_of_a_rule_set_is_on_its_page_with_its_reason_and_source(name):
    page = rule_keys.page()
    by_key = sections(page, 4)
    stated = load_rules(name).resolved
    found = list(
        constants({part: stated[part] for part in ("measurement", "visibility", "balance", "topics")})
    )
    assert len(found) > 30
    for path, constant in found:
        rows = [row for row in by_key["-".join(path)].splitlines() if f"`{name}`" in row]
        assert len(rows) == 1, path
        value = f"{constant['value']:g}"
        assert re.search(rf"`{re.escape(value)}`", rows[0]), path
        for text in (constant["why"], constant["source"]):
            assert cell(prose(text)) in rows[0], path


def constants(data, path=()):
    """The constants in plain data: their paths and values."""
    for key, value in data.items():
        if isinstance(value, dict):
            if "value" in value and "why" in value:
                yield (*path, key), value
            else:
                yield from constants(value, (*path, key))


@pytest.mark.parametrize("name", RULE_SETS)
def test_every_key_of_a_rule_set_has_a_meaning(name):
    rules = rule_keys.all_rule_sets()
    found = [key for part in rule_keys.PARTS for key in rule_keys.keys(part, rules)]
    found += [key for topic in TOPICS for key in rule_keys.topic_keys(topic)]
    assert not [key.path for key in found if not key.meaning]
    written = {key.path for key in found if name in key.stated}
    assert {path for path, _ in leaves_of(load_rules(name).resolved["topics"], ("topics",))} <= written


def leaves_of(data, path):
    """The keys of rule files with a value that has no further keys."""
    for key, value in data.items():
        deeper = isinstance(value, dict) and "value" not in value and key not in ("sectors", "turns")
        yield from leaves_of(value, (*path, key)) if deeper else [((*path, key), value)]


@pytest.mark.parametrize("name", TOPICS)
def test_every_topic_has_its_definition_and_a_drawn_example_of_each_question(name):
    rules = load_rules(rule_keys.rule_set_of(name))
    section = sections(topics.page(), 2)[name]
    about, stated = rules.described[name], rules.resolved["topics"][name]
    assert prose(about["definition"]) in section
    types = stated.get("kinds") or {name: stated}
    for type_ in types:
        assert f"](pictures/topics/{type_}.png)" in section
        assert (draw_examples.PICTURES / f"{type_}.png").stat().st_size > 10_000
    for key in stated:
        assert f"rule-keys.md#topics-{name}-{key}" in section


def test_the_examples_are_of_the_current_rule_sets():
    drawn = yaml.safe_load(draw_examples.EXAMPLES.read_text("utf-8"))
    remedy = "Run .venv/bin/python -m scripts.docs.draw_examples, and look at the pictures."
    assert drawn["rules"] == {name: load_rules(name).label for name in drawn["rules"]}, remedy
    assert {*drawn["rules"]} == {rule_keys.rule_set_of(topic) for topic in TOPICS}, remedy


def test_links_of_a_page_from_the_top_lead_to_the_site_or_become_text():
    text = "[a](docs/threats.md#who) [b](https://x.org/) [c](LICENSE) [d](CONTRIBUTING.md) [e](#here)"
    assert moved(text) == "[a](threats.md#who) [b](https://x.org/) c [d](contributing.md) [e](#here)"


def test_every_key_of_a_recipe_is_described():
    rows = re.findall(r"^\| `(\w+)` \| \S", recipe_keys.page(), re.MULTILINE)
    assert rows == [*RunOptions.model_fields]


def test_a_line_of_a_docstring_about_two_names_becomes_one_line_per_name():
    each = "of a picture,\n        pixels."
    rest = "\n    name: its name; or none: empty.\n"
    text = f"A size.\n\nAttributes:\n    width, height: {each}{rest}"
    assert separated(text) == f"A size.\n\nAttributes:\n    width: {each}\n    height: {each}{rest}"


def test_the_pages_are_made_without_the_packages_for_training():
    """`make docs` installs only the extra `docs`."""
    code = (
        "import sys\n"
        "for name in ('torch', 'torchvision', 'transformers', 'trl', 'peft', 'accelerate'):\n"
        "    sys.modules[name] = None\n"
        "from scripts.docs.pages import generated\n"
        "assert all(generated().values())\n"
    )
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
