"""Commands read a build with a mutated manifest or audit, or refuse it with a message and change nothing."""

import shutil
import socket

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from tests.hostile import manifests
from tests.hostile.mutations import exchanged, mutated
from vsidata.analysis.blind import forest, guess
from vsidata.commands.app import app
from vsidata.errors import VsiError

_LONGEST_MESSAGE = 2000
_IN_ONE_FOLDER = settings(deadline=None, suppress_health_check=list(HealthCheck))


def small_forests(patch):
    """Replace the random forest, because its guesses do not matter here."""
    patch.setattr(forest, "TREES", 2)
    patch.setattr(guess, "_MOST_PARTITIONS", 1)


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    made = manifests.made(tmp_path_factory.mktemp("hostile"))
    with pytest.MonkeyPatch.context() as patch:
        small_forests(patch)
        CliRunner().invoke(app, ["audit", str(made.out)])
    made.files["audit.json"] = (made.out / "audit.json").read_bytes()
    return made


@pytest.fixture(autouse=True)
def quick_and_without_network(monkeypatch):
    small_forests(monkeypatch)

    def refused(*_):
        raise OSError("no network in this test")

    monkeypatch.setattr(socket.socket, "connect", refused)
    monkeypatch.setattr("time.sleep", lambda _: None)


def read_or_refused(built, command: str, name: str, content: bytes) -> int:
    """Return the exit status of a command on a build with one file replaced."""
    new = built.out.parent / "new"
    with built.with_file(name, content):
        ran = CliRunner().invoke(app, [str(word) for word in manifests.COMMANDS[command](built, new)])
        changed = {
            path
            for path, before in built.files.items()
            if not (built.out / path).is_file() or (built.out / path).read_bytes() != before
        }
    shutil.rmtree(new, ignore_errors=True)
    assert changed <= {"build": set(), "audit": {name, "audit.json"}}.get(command, {name})
    assert sorted(path.name for path in built.out.parent.iterdir()) == ["out", "root"]
    if isinstance(ran.exception, VsiError):  # `vsidata.commands.app.main` does the same
        said = str(ran.exception)
        assert len(said.splitlines()) == 2, said[:3000]
        assert len(said) < _LONGEST_MESSAGE, said[:3000]
        said.encode()
        return 2
    assert isinstance(ran.exception, SystemExit | None), ran.exception
    return ran.exit_code


@pytest.mark.parametrize("command", manifests.COMMANDS)
def test_complete_build_is_read(built, command):
    assert read_or_refused(built, command, "manifest.json", built.files["manifest.json"]) in (0, 1)


@pytest.mark.parametrize("command", manifests.COMMANDS)
@settings(_IN_ONE_FOLDER, max_examples=30, derandomize=True, database=None)
@given(data=st.data())
def test_mutated_manifest_is_read_or_refused(built, command, data):
    whole = built.files["manifest.json"]
    content = data.draw(exchanged(whole) | mutated(whole))
    read_or_refused(built, command, "manifest.json", content)


@pytest.mark.parametrize("command", ["report", "push"])
@settings(_IN_ONE_FOLDER, max_examples=30, derandomize=True, database=None)
@given(data=st.data())
def test_mutated_audit_is_read_or_refused(built, command, data):
    read_or_refused(built, command, "audit.json", data.draw(mutated(built.files["audit.json"])))


@pytest.mark.soak
@pytest.mark.parametrize("command", manifests.COMMANDS)
@settings(_IN_ONE_FOLDER, max_examples=500)
@given(data=st.data())
def test_manifest_mutated_in_many_ways_is_read_or_refused(built, command, data):
    whole = built.files["manifest.json"]
    content = data.draw(exchanged(whole) | mutated(whole))
    read_or_refused(built, command, "manifest.json", content)
