"""Failures of the Hub or the connection: the message, the state for readers, and how the next run resumes."""

import json
import signal
import subprocess
import sys

import pytest

from tests.publish.hub.server import OWNER, READER, STRANGER, Blob
from vsidata.dataset.build import Build
from vsidata.errors import OptionError, VsiError
from vsidata.publish.hub.push import plan, publish

NAME = "lab/rooms"


def push(folder, **options):
    return publish(plan(Build.open(folder), NAME, **options))


def is_complete(hub, folder):
    """Return whether readers find this build and it is complete."""
    files = hub.files(NAME)
    manifest = json.loads(files["manifest.json"])
    same = manifest["files"] == json.loads((folder / "manifest.json").read_text())["files"]
    shards = {path for path in files if path.endswith(".parquet")}
    there = all(files[path] == (folder / path).read_bytes() for path in manifest["files"])
    return same and there and shards == manifest["files"].keys()


@pytest.mark.parametrize("token", [STRANGER, ""])
def test_401_says_how_to_log_in(hub, synthetic, run_alone, token):
    said = run_alone("push", synthetic, "--repo-id", NAME, status=2, HF_TOKEN=token)
    assert "hf auth login" in said
    assert STRANGER not in said
    assert not hub.repos


def test_the_token_of_hf_auth_login_is_used(hub, synthetic, run_alone, tmp_path):
    (tmp_path / "login").mkdir()
    (tmp_path / "login" / "token").write_text(OWNER)
    run_alone("push", synthetic, "--repo-id", NAME, HF_TOKEN="", HF_HOME=str(tmp_path / "login"))
    assert is_complete(hub, synthetic)


def test_a_token_that_the_server_repeats_is_not_printed(hub, pauses, synthetic):
    hub.fail("POST", "/api/repos/create", 400, message=f"no good: {OWNER}")
    with pytest.raises(VsiError, match="no good") as caught:
        push(synthetic)
    assert OWNER not in str(caught.value)


def test_an_answer_of_the_hub_is_shown_in_one_line_without_control_characters(hub, pauses, synthetic):
    hub.fail(
        "POST", "/api/repos/create", 400, message="no\x1b[2J\u202e good\nPublished: all of it" + "x" * 9000
    )
    with pytest.raises(VsiError, match=r"no\[2J good Published: all of it") as caught:
        push(synthetic)
    assert len(str(caught.value).splitlines()) == 2
    assert len(str(caught.value)) < 1000


def test_the_token_goes_to_the_hub_only_and_is_not_stored(hub, synthetic, run_alone, tmp_path):
    run_alone("push", synthetic, "--repo-id", NAME)
    assert f"Bearer {OWNER}" in hub.authorizations
    files = [path for folder in (tmp_path, synthetic) for path in folder.rglob("*") if path.is_file()]
    assert not [path for path in files if OWNER.encode() in path.read_bytes()]
    assert not [path for path, content in hub.files(NAME).items() if OWNER.encode() in content]


def test_403_names_the_dataset_that_the_token_may_not_write(hub, synthetic, run_alone):
    said = run_alone("push", synthetic, "--repo-id", NAME, status=2, HF_TOKEN=READER)
    assert "lab/rooms" in said
    assert "403" in said
    assert not hub.repos


def test_403_in_the_middle_publishes_nothing(hub, pauses, synthetic):
    hub.fail("POST", "/commit/", 403, message="You are over your quota")
    with pytest.raises(VsiError, match="over your quota"):
        push(synthetic)
    assert hub.files(NAME).keys() == {".gitattributes"}
    push(synthetic)
    assert is_complete(hub, synthetic)


def test_two_pushes_at_the_same_time_do_not_mix(hub, pauses, synthetic, other):
    push(synthetic)
    planned = plan(Build.open(other), NAME)
    repo = hub.repos[NAME]
    repo.commit("main", "of another", "", repo.at("main").files | {"theirs.txt": Blob(b"theirs", lfs=False)})
    with pytest.raises(VsiError, match="another user") as caught:
        publish(planned)
    assert "same command again" in caught.value.remedy
    assert is_complete(hub, synthetic)
    push(other)
    assert is_complete(hub, other)
    assert hub.files(NAME)["theirs.txt"] == b"theirs"


def test_409_of_the_commit_publishes_nothing(hub, pauses, synthetic):
    hub.fail("POST", "/commit/", 409, message="another commit is being made")
    with pytest.raises(VsiError, match="another commit is being made"):
        push(synthetic)
    assert hub.files(NAME).keys() == {".gitattributes"}


_STEPS = [
    ("GET", "/api/datasets/"),
    ("POST", "/api/repos/create"),
    ("GET", "/tree/"),
    ("POST", "/preupload/"),
    ("POST", "/lfs/objects/batch"),
    ("PUT", "/lfs/"),
    ("POST", "/lfs-verify/"),
    ("POST", "/api/validate-yaml"),
    ("POST", "/commit/"),
]


@pytest.mark.parametrize("status", [500, 503, None])
@pytest.mark.parametrize(("method", "path"), _STEPS)
def test_a_temporary_failure_at_any_step_is_retried(hub, pauses, synthetic, method, path, status):
    hub.fail(method, path, status, times=2)
    push(synthetic)
    assert is_complete(hub, synthetic)
    assert len(hub.repos[NAME].log()) == 1
    assert len(pauses) >= 2


@pytest.mark.parametrize("status", [500, None])
@pytest.mark.parametrize(("method", "path"), [step for step in _STEPS if "create" not in step[1]])
def test_a_lasting_failure_is_reported_and_the_old_build_stays_readable(
    hub, pauses, synthetic, other, method, path, status
):
    push(synthetic)
    hub.fail(method, path, status, times=1_000)
    with pytest.raises(VsiError) as caught:
        push(other)
    assert "same command again" in caught.value.remedy
    assert is_complete(hub, synthetic)
    hub.faults.clear()
    push(other)
    assert is_complete(hub, other)


_HTML = b"<!DOCTYPE html><html><title>Log in\x1b[2J</title></html>"


def push_to_another_server(hub, folder, method, path, body):
    """Push to a hub that answers a request with `body`. The push fails with a message or is complete."""
    hub.fail(method, path, 200, times=1_000, body=body)
    error = None
    try:
        push(folder)
    except VsiError as caught:
        error = str(caught)
    assert error is None or len(error.splitlines()) == 2
    assert "\x1b" not in str(error)
    published = NAME in hub.repos and hub.files(NAME).keys() != {".gitattributes"}
    assert error or published
    assert not published or is_complete(hub, folder)
    return error


@pytest.mark.parametrize(("method", "path"), [step for step in _STEPS if step[0] != "PUT"])
def test_a_login_page_in_place_of_the_hub_is_named(hub, pauses, synthetic, method, path):
    error = push_to_another_server(hub, synthetic, method, path, _HTML)
    assert error is None or "HF_ENDPOINT" in error or "differs from the uploaded files" in error


@pytest.mark.soak
@pytest.mark.parametrize("body", [b"[]", b"{}", b"null", b'"a"', b"[7]", b"[" * 100_000], ids=repr)
@pytest.mark.parametrize(("method", "path"), _STEPS)
def test_an_answer_of_another_form_ends_with_a_message(hub, pauses, synthetic, method, path, body):
    push_to_another_server(hub, synthetic, method, path, body)


@pytest.mark.parametrize("path", [r"/api/datasets/", r"/resolve/"])
def test_verify_ends_with_a_message_if_a_hub_answers_with_html(hub, pauses, synthetic, run, path):
    push(synthetic)
    hub.fail("HEAD", path, 200, times=1_000, body=_HTML)
    hub.fail("GET", path, 200, times=1_000, body=_HTML)
    run("verify", NAME, status=2)


def test_interrupted_uploads_resume_where_they_ended(hub, pauses, synthetic):
    first = json.loads((synthetic / "manifest.json").read_text())["files"]["qa/train-00000-of-00001.parquet"]
    hub.fail("PUT", first["sha256"], None, times=1_000)
    with pytest.raises(VsiError, match="connection"):
        push(synthetic)
    assert hub.files(NAME).keys() == {".gitattributes"}
    stored, hub.faults, hub.requests = {*hub.objects}, [], []
    assert stored
    push(synthetic)
    sent = {path.removeprefix("/lfs/") for path in hub.asked("PUT", "/lfs/")}
    assert sent == {*hub.objects} - stored
    assert is_complete(hub, synthetic)


@pytest.mark.parametrize("times", [1, 3])
def test_a_commit_with_a_lost_answer_is_not_made_twice(hub, pauses, synthetic, times):
    hub.fail("POST", "/commit/", None, times=times, after=True)
    commit = push(synthetic)
    assert [made.oid for made in hub.repos[NAME].log()] == [commit]
    assert is_complete(hub, synthetic)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("where", [("PUT", "/lfs/"), ("POST", "/commit/")])
def test_an_interrupted_push_resumes(hub, synthetic, environment, run_alone, number, where):
    command = "from vsidata.commands.app import main; main()"
    with hub.held(*where) as come:
        process = subprocess.Popen(
            [sys.executable, "-c", command, "push", str(synthetic), "--repo-id", NAME],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=environment,
        )
        assert come.wait(300)
        assert hub.files(NAME).keys() == {".gitattributes"}
        process.send_signal(number)
        if number == signal.SIGKILL:
            process.wait(300)
    said = process.communicate(timeout=300)[0].decode()
    assert process.returncode == (-number if number == signal.SIGKILL else 128 + number)
    assert "Traceback" not in said
    run_alone("push", synthetic, "--repo-id", NAME)
    assert is_complete(hub, synthetic)
    assert len(hub.repos[NAME].log()) == 1


def test_a_build_that_differs_from_its_manifest_is_not_uploaded(hub, built, run):
    shard = next((built / "qa").glob("train-*"))
    shard.write_bytes(shard.read_bytes()[:-1] + b"?")
    said = run("push", built, "--repo-id", NAME, status=2)
    assert shard.name in said
    assert "Nothing was uploaded" in said
    assert not hub.requests


def test_a_shard_that_changes_during_the_push_is_not_published(hub, pauses, built):
    planned = plan(Build.open(built), NAME)
    shard = next((built / "qa").glob("train-*"))
    shard.write_bytes(shard.read_bytes()[:-1] + b"?")
    with pytest.raises(VsiError, match="changed during the upload") as caught:
        publish(planned)
    assert caught.value.file == str(shard)
    assert hub.files(NAME).keys() == {".gitattributes"}


@pytest.mark.parametrize("name", ["rooms", "lab/rooms/v2", "lab/ro oms", "lab/-"])
def test_an_invalid_name_is_refused(hub, pauses, synthetic, name):
    with pytest.raises(OptionError, match="NAME/SET"):
        plan(Build.open(synthetic), name)


def test_a_folder_without_a_build_is_refused(hub, tmp_path, run):
    assert "is not a build" in run("push", tmp_path, "--repo-id", NAME, status=2)


def test_offline_mode_is_reported(hub, synthetic, run_alone):
    assert "HF_HUB_OFFLINE" in run_alone("push", synthetic, "--repo-id", NAME, status=2, HF_HUB_OFFLINE="1")


def test_without_a_hub_nothing_hangs(hub, pauses, synthetic, monkeypatch):
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(VsiError, match="connection"):
        push(synthetic)
