"""A topic in a file outside the package is asked, read, drawn and audited without changes to the package."""

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

import vsidata
from tests.dataset import meta_info
from vsidata.commands.app import app
from vsidata.errors import OptionError, VsiError
from vsidata.topics.outside import installed_topics
from vsidata.topics.registry import TOPICS
from vsidata.topics.rule_set import load_rules

TOY = (Path(__file__).parent / "toy_topic.py").read_text()
RULES = """\
extends: wide
topics:
  higher:
    question: "Which is higher, the {a} or the {b}?"
    min_gap: {value: 0.05, unit: m, why: "nobody sees less", source: "a test"}
    per_scene: {value: 6, unit: count, why: "more repeats itself", source: "a test"}
"""
DEFINITION = "The highest corners of the boxes are compared, says the toy."


def run(*arguments):
    ran = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert ran.exit_code == 0, ran.output
    return ran.stdout


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A topic's file, rules that name it, and a build by two workers. The file is removed after the build."""
    folder = tmp_path_factory.mktemp("outside")
    (folder / "toy.py").write_text(TOY)
    (folder / "mine.yaml").write_text(RULES)
    rooms = meta_info.write(folder / "rooms.json", 12)
    own = ("--topic-file", folder / "toy.py", "--rules", folder / "mine.yaml")
    said = run(
        "build", "--meta-info", rooms, *own, "--topics", "object_counting,higher", "--workers", 2,
        "--out", folder / "qa",
    )  # fmt: skip
    assert "higher" in said
    (folder / "scans" / "scene0000_00").mkdir(parents=True)
    groups = [
        {"id": number, "objectId": number, "segments": [number], "label": label}
        for number, label in enumerate(("bed", "desk", "sofa"))
    ]
    annotation = {"sceneId": "scannet.scene0000_00", "appId": "Aggregator.v2", "segGroups": groups}
    (folder / "scans" / "scene0000_00" / "scene0000_00.aggregation.json").write_text(json.dumps(annotation))
    figures = json.loads(run("plan", "--scannet-root", folder, *own, "--json"))
    assert (figures["questions"]["higher"], figures["seen"]["higher"]) == (3, 2)
    (folder / "toy.py").rename(folder / "gone.py")
    return folder


def test_topic_is_asked_and_the_manifest_names_its_file(folder):
    manifest = json.loads((folder / "qa" / "manifest.json").read_text())
    assert manifest["questions"]["train"]["higher"] > 24
    assert manifest["drops"]["higher"]["nearly as high as each other"] > 0
    assert manifest["topics"]["higher"]["origin"]["file"] == "toy.py"
    assert len(manifest["topics"]["higher"]["origin"]["sha256"]) == 64


def test_topic_is_in_sample_and_show(folder):
    (row,) = map(
        json.loads, run("sample", folder / "qa", "--topics", "higher", "-n", 1, "--json").splitlines()
    )
    assert row["answer"] in row["question"]
    said = run("show", folder / "qa", row["id"])
    first, second = row["evidence"]["objects"]
    assert f"{first['category']} (object {first['instance']}), {second['category']}" in said


def test_topic_is_in_the_card_and_the_report(folder):
    card = (folder / "qa" / "README.md").read_text()
    assert "| higher |" in card
    assert f"- `higher`: {DEFINITION}" in card
    run("report", folder / "qa")
    report = folder / "qa" / "report"
    assert DEFINITION in (report / "data" / "build.js").read_text()
    page = next((report / "scenes").iterdir()).read_text()
    assert '"spots":[{"at":[' in page
    assert '"label":"the higher one"' in page
    assert "The other one is 0." in page
    assert "lower; the rules require at least 0.05 m." in page


def test_topic_is_audited_and_debiased(folder):
    run("audit", folder / "qa")
    found = json.loads((folder / "qa" / "audit.json").read_text())
    assert "higher" in found["scores"]["topics"]
    assert found["margins"]["higher"]["unit"] == "m"
    assert (found["margins"]["higher"]["limit"], found["margins"]["higher"]["below"]) == (0.05, 0)
    run("debias", folder / "qa", "--out", folder / "less")
    assert "higher" in json.loads((folder / "less" / "debias.json").read_text())["topics"]
    assert DEFINITION in (folder / "less" / "README.md").read_text()


def test_a_build_does_not_resume_with_another_file(folder):
    changed = folder / "changed" / "toy.py"
    changed.parent.mkdir()
    changed.write_text(TOY + "# another version\n")
    command = ("build", "--meta-info", folder / "rooms.json", "--topic-file", changed, "--out", folder / "qa")
    more = ("--rules", folder / "mine.yaml", "--topics", "object_counting,higher")
    ran = CliRunner().invoke(app, [str(argument) for argument in (*command, *more)])
    assert isinstance(ran.exception, OptionError)
    assert "higher.origin.sha256" in str(ran.exception)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("TOPIC = 3", "contains no topic"),
        ("1 / 0", "cannot be run: ZeroDivisionError"),
        (TOY.replace('"higher"', '"Higher!"'), "has a topic with the name 'Higher!'"),
        (TOY.replace('"higher"', '"object_counting"'), "a topic of that name already exists"),
    ],
)
def test_file_without_a_topic_is_refused(tmp_path, text, fault):
    (tmp_path / "toy.py").write_text(text)
    with pytest.raises(OptionError, match=fault):
        load_rules("wide", [tmp_path / "toy.py"])


def test_missing_file_is_refused(tmp_path):
    with pytest.raises(OptionError, match="cannot be read: No such file"):
        load_rules("wide", [tmp_path / "toy.py"])


def test_topic_of_an_installed_package_is_found(tmp_path, monkeypatch):
    (tmp_path / "toy_package.py").write_text(TOY)
    about = tmp_path / "toy_package-1.2.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: toy-package\nVersion: 1.2\n")
    (about / "entry_points.txt").write_text("[vsidata.topics]\nhigher = toy_package:TOPIC\n")
    monkeypatch.syspath_prepend(tmp_path)
    found = installed_topics()
    assert found["higher"].origin == {"package": "toy-package", "version": "1.2"}
    (about / "entry_points.txt").write_text("[vsidata.topics]\nhigher = toy_package:NONE\n")
    with pytest.raises(VsiError, match="toy_package:NONE: cannot be loaded: AttributeError"):
        installed_topics()


def test_names_of_topics_are_in_their_files_only():
    """Rule sets, data on released questions, and the benchmark's own table of tasks may contain them, too."""
    root = Path(vsidata.__file__).parents[1]
    files = [
        file
        for package in ("vsidata", "vsitrain")
        for kind in ("py", "js")
        for file in (root / package).rglob(f"*.{kind}")
        if file.parent != root / "vsidata" / "topics" and file != root / "vsitrain" / "scoring" / "tasks.py"
    ]
    names = "|".join(TOPICS)
    name = re.compile(rf"""['"]({names})['"]|import ({names})|topics\.({names}) import""")
    assert [str(file) for file in files if name.search(file.read_text("utf-8"))] == []
