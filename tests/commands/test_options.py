"""Options of both programs: one name for one thing, one text, which begins with a verb."""

import re
from collections import defaultdict

import pytest
import typer
from typer.main import get_command
from typer.testing import CliRunner

from vsidata.commands.app import app as vsidata
from vsidata.commands.renamed import with_old_names
from vsidata.pipeline.options import BuildOptions
from vsidata.plain_text import echo
from vsitrain.commands.app import app as vsitrain

PROGRAMS = {"vsidata": vsidata, "vsitrain": vsitrain}

# Flags with another meaning in one command, with the reason.
DIFFERENT = {
    ("synth", "--frames"),  # `synth` sets the number of frames of a scan; the others choose some of them
    ("synth", "--frame-size"),
    ("synth", "--scenes"),
}

# The verbs that a help text may begin with. Add a verb, and nothing else.
VERBS = (
    "Add Apply Ask Build Check Compare Confirm Create Draw Exit Generate Give Hold Inspect Keep Leave "
    "Let Load Move Print Process Publish Put Read Replace Require Resize Score Set Show Store Take Use Write"
)


def parameters(program: str):
    """Command, first flag or word, and parameter, of all commands of a program."""
    for name, command in get_command(PROGRAMS[program]).commands.items():
        for parameter in command.params:
            if "--help" not in parameter.opts:
                yield name, parameter.opts[0], parameter


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_flag_has_one_text_and_one_kind_of_value_in_all_commands(program):
    meanings = defaultdict(set)
    for command, flag, parameter in parameters(program):
        if flag.startswith("-") and (command, flag) not in DIFFERENT:
            text = re.sub(r" \((?:default|required)[^)]*(\([^)]*\))?[^)]*\)", "", parameter.help)
            bounds = getattr(parameter, "min", None), getattr(parameter, "max", None)
            meanings[flag].add((text, bounds))
    assert {flag: said for flag, said in meanings.items() if len(said) > 1} == {}


def test_a_flag_of_both_programs_has_one_text_unless_it_chooses_from_a_build():
    """An evaluation takes frames and splits from a build, and a build takes them from scans."""
    said = [defaultdict(set), defaultdict(set)]
    for texts, program in zip(said, PROGRAMS, strict=True):
        for _, flag, parameter in parameters(program):
            texts[flag].add(parameter.help)
    different = {flag for flag in said[0].keys() & said[1].keys() if not said[0][flag] & said[1][flag]}
    assert {flag for flag in different if flag.startswith("--")} == {"--config", "--frames", "--split"}


@pytest.mark.parametrize("program", PROGRAMS)
def test_help_begins_with_a_verb_and_is_a_sentence(program):
    said = {(command, flag): parameter.help for command, flag, parameter in parameters(program)}
    assert {at: text for at, text in said.items() if text.partition(" ")[0] not in VERBS.split(" ")} == {}
    assert {at: text for at, text in said.items() if not text.endswith(".")} == {}


def test_options_of_both_inspect_and_build_have_the_same_defaults():
    shared = {
        name: parameter.default
        for command, _, parameter in parameters("vsidata")
        if command == "inspect" and (name := parameter.name) in BuildOptions.model_fields
    }
    assert {"rules", "frames", "seed", "visibility"} <= shared.keys()
    fields = BuildOptions.model_fields
    assert {name: value or None for name, value in shared.items()} == {
        name: fields[name].default or None for name in shared
    }


def test_old_names_of_options_still_work_with_a_warning_that_names_the_new_one():
    app = typer.Typer()

    @app.command(cls=with_old_names({"--old": "--new"}))
    def command(word: str, new: str = "") -> None:
        echo(f"{word} {new}")

    for words in (["a", "--old", "b"], ["--old=b", "a"]):
        result = CliRunner().invoke(app, words)
        assert result.stdout == "a b\n"
        assert result.stderr == "Warning: --old is now --new. The old name works in this version only.\n"
    result = CliRunner().invoke(app, ["--new", "b", "--", "--old"])
    assert (result.stdout, result.stderr) == ("--old b\n", "")
    assert "--old" not in CliRunner().invoke(app, ["--help"]).output


@pytest.mark.parametrize(
    ("program", "command", "old", "new"),
    [
        ("vsidata", "sample", "--topic", "--topics"),
        ("vsidata", "inspect", "--questions", "--all-questions"),
        ("vsitrain", "evaluate", "--limit", "--max-questions"),
        ("vsitrain", "study", "--limit", "--max-questions"),
        ("vsitrain", "curves", "--out", "--plot"),
    ],
)
def test_renamed_options(program, command, old, new):
    flags = {flag for name, flag, _ in parameters(program) if name == command}
    assert new in flags
    assert old not in flags
    result = CliRunner().invoke(PROGRAMS[program], [command, old])
    assert f"{old} is now {new}" in result.stderr


@pytest.mark.parametrize("program", PROGRAMS)
def test_error_for_a_misspelt_option_suggests_the_right_option(program):
    for name, command in get_command(PROGRAMS[program]).commands.items():
        if name in ("grpo", "sft", "dpo"):  # they accept any key of a recipe
            continue
        flag = max((flag for one in command.params for flag in one.opts if flag.startswith("--")), key=len)
        result = CliRunner().invoke(PROGRAMS[program], [name, f"{flag[:-1]}{flag[-1] * 2}"])
        assert result.exit_code == 2
        assert flag in result.stderr.partition("(Possible options: ")[2], name
