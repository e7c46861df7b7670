"""Control characters in text from files are removed on a terminal. Brackets are not markup."""

import json
import logging
import os
import pty
import shutil
import sys
import threading
import unicodedata
from pathlib import Path

import pytest

from tests.pages import builds, rooms
from vsidata.errors import VsiError
from vsidata.plain_text import echo_json, in_a_line, log_plainly, printable

# This text sets the title of a window, clears the screen (in both notations), reverses the text that follows,
# overwrites the line, and closes a markup tag of Rich that is not open.
HOSTILE = "a[/b]\x1b]0;title\x07\x1b[2J\x9b2J\u202eb\rc\u2066\x7f"
LEFT = "a[/b]]0;title[2J2Jbc"
_BIDI = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
_MARKS = {"LEFT-TO-RIGHT MARK", "RIGHT-TO-LEFT MARK", "ARABIC LETTER MARK"}


def is_control(character: str) -> bool:
    """Return the characters of each category, from Python's tables of Unicode."""
    return (
        (unicodedata.category(character) in ("Cc", "Zl", "Zp") and character not in "\n\t")
        or unicodedata.bidirectional(character) in _BIDI
        or unicodedata.name(character, "") in _MARKS
    )


def test_exactly_the_control_characters_and_direction_marks_of_unicode_are_removed():
    surrogates = range(0xD800, 0xE000)
    everything = [chr(code) for code in range(sys.maxunicode + 1) if code not in surrogates]
    assert printable("".join(everything)) == "".join(one for one in everything if not is_control(one))
    assert printable("a\ud800b\udcffc") == "a\ufffdb\ufffdc"


def test_text_from_a_file_cannot_imitate_a_line_of_the_program():
    said = str(VsiError("a\nb.txt", "is\r\nwrong", f"Remove it.\nWritten: {HOSTILE}"))
    assert said == f"a b.txt: is wrong.\n  Remove it. Written: {LEFT}"
    assert in_a_line("a\n\n\tb") == "a b"


def test_json_has_the_same_content_without_a_control_character(capsys):
    echo_json(json.dumps(HOSTILE, ensure_ascii=False).encode())
    said = capsys.readouterr().out
    assert not any(map(is_control, said))
    assert json.loads(said) == HOSTILE


def test_log_lines_of_libraries_are_cleaned(caplog):
    before = logging.getLogRecordFactory()
    try:
        log_plainly()
        log_plainly()
        logging.getLogger("a.library").warning("a server says %s", HOSTILE)
    finally:
        logging.setLogRecordFactory(before)
    assert caplog.messages == [f"a server says {LEFT}"]


def on_a_terminal(*commands: list[str]) -> tuple[str, list[int]]:
    """Return the terminal output and the status of commands that one process runs in turn."""
    terminal, ours = pty.openpty()
    said: list[bytes] = []

    def listen() -> None:
        try:
            while data := os.read(terminal, 65536):
                said.append(data)
        except OSError:  # the last writer has closed the terminal
            pass

    reader = threading.Thread(target=listen)
    reader.start()
    code = (
        "import sys, json\n"
        "for program, *words in json.loads(sys.argv[1]):\n"
        "    main = __import__(program + '.commands.app', fromlist=['main']).main\n"
        "    sys.argv = [program, *words]\n"
        "    try:\n        main()\n"
        "    except SystemExit as ended:\n        print(f'<status {ended.code or 0}>', flush=True)\n"
    )
    environment = os.environ | {"TERM": "xterm", "COLUMNS": "200", "HF_HUB_OFFLINE": "1"}
    arguments = [sys.executable, "-c", code, json.dumps(commands)]
    actions = [(os.POSIX_SPAWN_DUP2, ours, number) for number in (0, 1, 2)]
    process = os.posix_spawn(sys.executable, arguments, environment, file_actions=actions)
    os.close(ours)
    os.waitpid(process, 0)
    reader.join(60)
    os.close(terminal)
    text = b"".join(said).decode()
    return text, [int(part.split(">")[0]) for part in text.split("<status ")[1:]]


@pytest.fixture
def build(tmp_path: Path) -> Path:
    """A build with hostile text in all strings."""
    things = [{**thing, "label": HOSTILE, "category": HOSTILE} for thing in rooms.THINGS]
    asked = rooms.questions()
    for row in asked:
        row |= {"question": f"{HOSTILE}\n{HOSTILE}", "answer": HOSTILE, "question_type": HOSTILE}
        row["topic"] = HOSTILE
        row["options"] = row["options"] and [f"A. {HOSTILE}\nWritten: all of it", f"B. {HOSTILE}"]
        for thing in row["evidence"]["objects"]:
            thing["category"] = HOSTILE
    failure = dict.fromkeys(("scene_name", "file", "fault", "remedy"), HOSTILE)
    room = {**rooms.room(), "objects": things}
    out = builds.write(tmp_path / "build", [room], asked, failures=[failure], drops={HOSTILE: {HOSTILE: 2}})
    manifest = json.loads((out / "manifest.json").read_text())
    manifest["rules"]["name"] = HOSTILE
    manifest["datasets"] = {HOSTILE: 1}
    (out / "manifest.json").write_text(json.dumps(manifest))
    return out


def test_no_command_prints_a_control_character_of_a_build(build, tmp_path):
    first = rooms.questions()[0]["id"]
    strayed = shutil.copytree(build, tmp_path / "strayed")
    (strayed / "qa" / f"{HOSTILE}.parquet".replace("/", "")).write_bytes(b"stray")
    (tmp_path / f"{HOSTILE}.yaml".replace("/", "")).write_text(f"extends: wide\n'{LEFT}': 1\n")
    text, status = on_a_terminal(
        ["vsidata", "sample", str(build)],
        ["vsidata", "sample", "--json", str(build)],
        ["vsidata", "show", str(build), first],
        ["vsidata", "show", str(build), HOSTILE],
        ["vsidata", "audit", str(build)],
        ["vsidata", "debias", str(build), "--out", str(tmp_path / "fair")],
        ["vsidata", "compare", str(build), str(build)],
        ["vsidata", "report", str(build)],
        ["vsidata", "verify", str(strayed)],
        ["vsidata", "verify", "--json", str(strayed)],
        ["vsidata", "export", str(build), "--to", "ms-swift"],
        ["vsidata", "inspect", "a", "--meta-info", str(build), "--rules", str(next(tmp_path.glob("*.yaml")))],
    )
    assert "Traceback" not in text, text
    assert len(status) == 12, text
    for sequence in ("\x1b]0", "\x1b[2J", "\x9b", "\u202e", "\u2066", "\x7f", "\x07", "b\rc"):
        assert sequence not in text, text
    assert text.count(LEFT) > 20
    assert "\nWritten: all of it" not in text
