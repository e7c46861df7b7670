"""README and docs/: commands are valid, measured tables can be repeated, links have targets."""

import ast
import re
import tomllib
from functools import cache
from pathlib import Path

import pytest
import yaml

from scripts.docs.pages import generated
from tests.docs.pages import PAGES, ROOT, blocks, commands, sections, understood
from vsidata.commands.app import app as vsidata
from vsitrain.commands.app import app as vsitrain

TRAINERS = ("grpo", "sft", "dpo")
LONGEST_README = 130  # lines: two screens
OTHER_PROGRAMS = {"cd", "git", "hf", "rm", "source", "sudo", "truncate", "vllm"}
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")
EXTRAS = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


def all_commands() -> dict[str, list[str]]:
    """The distinct commands of all pages, each by its words."""
    return {
        " ".join(words): words
        for page in PAGES
        for words in [*commands(page), *(words for section in sections(page) for words in section.repeats)]
    }


def check(words: list[str]) -> None:
    """Raise unless a command line is valid for this project, or for a program that it names."""
    match words:
        case ["vsidata", name, *rest]:
            understood(vsidata, name, rest)
        case ["vsitrain", name, *rest]:
            context = understood(vsitrain, name, rest)
            if name in TRAINERS:
                from vsitrain.settings.config import read_config

                read_config(name, context.params["config"], context.args, planned=True)
            else:
                assert not context.args
        case ["accelerate", "launch", *rest]:
            from accelerate.commands.launch import launch_command_parser

            asked = launch_command_parser().parse_args(rest)
            assert asked.module
            assert Path(asked.config_file).is_file()
            assert asked.training_script == "vsitrain"
            check(["vsitrain", *asked.training_script_args])
        case ["make", *targets]:
            for target in (word for word in targets if "=" not in word):
                assert re.search(rf"^{target}:", MAKEFILE, re.MULTILINE), target
        case ["pip", "install", *options, package]:
            assert options in ([], ["--editable"])
            extra = re.fullmatch(r"(?:\.|vsi100k)\[(\w+)\]", package)
            assert package in (".", "lmms-eval") or (extra and extra[1] in EXTRAS), package
        case ["pytest" | ".venv/bin/pytest", *rest]:
            assert all((ROOT / word).exists() for word in rest if word.startswith("tests"))
            assert any(word.startswith("tests") for word in rest)
        case ["python", script, *rest] if script.endswith(".py"):
            text = (ROOT / script).read_text("utf-8")
            assert all(f'"{word}"' in text for word in rest)
        case ["python", "-m", "lmms_eval", *_] | ["python3", "-m", "http.server", *_]:
            pass  # test_recipe_pages.py checks the options of lmms-eval
        case _:
            assert words[0] in OTHER_PROGRAMS


@pytest.mark.parametrize("words", all_commands().values(), ids=" ".join)
def test_command_is_valid(words, monkeypatch):
    monkeypatch.chdir(ROOT)
    check(words)


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_table_of_measured_figures_says_how_to_repeat_it(page):
    """A table with three decimal numbers or more has measured figures, unless its text calls them computed.

    A row may instead link to the section that says how to repeat it.
    """
    for section in sections(page):
        rows = [row for table in section.tables for row in table if not leads_to_a_repeat(page, row)]
        figures = [cell for row in rows for cell in row if re.search(r"\d\.\d", cell)]
        computed = "computed from the figures above" in section.text
        assert len(figures) < 3 or section.repeats or computed, (name_of(page), section.heading)


def leads_to_a_repeat(page: Path, row: list[str]) -> bool:
    targets = [link.partition("#") for link in re.findall(r"\]\(([^)]+#[^)]+)\)", " ".join(row))]
    return any(
        section.repeats and slug(section.heading) == anchor
        for path, _, anchor in targets
        for section in sections(page.parent / path)
    )


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_code_of_other_languages_can_be_read(page):
    for block in blocks(page):
        match block.language:
            case "python":
                ast.parse(block.text)
            case "yaml":
                yaml.safe_load(block.text)
            case language:
                assert language in ("bash", "console", "text", "toml"), (name_of(page), block.text)


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_within_the_project_lead_to_a_file_and_a_heading(page):
    pages = generated_names()
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text("utf-8")):
        path, _, anchor = target.partition("#")
        if path.startswith(("http:", "https:")) or path in pages:
            continue
        file = (page.parent / path).resolve() if path else page
        assert file.exists(), target
        if anchor:
            headings = [section.heading for section in sections(file)]
            assert anchor in map(slug, headings), target


@cache
def generated_names() -> set[str]:
    """The pages of the site that are not files."""
    return {*generated()}


def slug(heading: str) -> str:
    """The anchor of a heading, as the site and GitHub make it."""
    return re.sub(r"\s+", "-", re.sub(r"[^\w\s-]", "", heading).strip().lower())


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_files_that_a_page_names_exist(page):
    named = re.findall(
        r"`((?:recipes|tests|scripts|notebooks|vsidata|vsitrain)/[\w./-]*\w)/?`", page.read_text("utf-8")
    )
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_readme_is_two_screens():
    assert len((ROOT / "README.md").read_text("utf-8").splitlines()) <= LONGEST_README
