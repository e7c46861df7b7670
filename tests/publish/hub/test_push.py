"""`vsidata push`: the content of the hub afterwards, as the hub stores it and as users load it."""

import hashlib
import io
import json
import os
import platform
import pty
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import yaml

from tests.publish.hub.server import OWNER, Blob

NAME = "lab/rooms"
TABLES = ("qa", "scenes", "frames", "embedded")


def shards(folder, *tables):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for table in tables
        for path in (folder / table).glob("*.parquet")
    }


def card_of(hub, revision="main"):
    text = hub.files(NAME, revision)["README.md"].decode()
    return yaml.safe_load(text.split("---\n")[1]), text


def test_a_build_is_published_completely_in_one_commit(hub, synthetic, run):
    run("push", synthetic, "--repo-id", NAME)
    files = hub.files(NAME)
    assert {path: files[path] for path in files if path.endswith(".parquet")} == shards(synthetic, *TABLES)
    assert files.keys() - shards(synthetic, *TABLES) == {".gitattributes", "README.md", "manifest.json"}
    for path, stated in json.loads(files["manifest.json"])["files"].items():
        assert hashlib.sha256(files[path]).hexdigest() == stated["sha256"]
    (commit,) = hub.repos[NAME].log()
    digest = json.loads((synthetic / "manifest.json").read_text())["rules"]["digest"]
    assert commit.message == f"456 questions about 4 scenes by wide@{digest[:8]}"
    assert digest in commit.description
    assert "seed 2" in commit.description


@pytest.mark.parametrize("streaming", [False, True])
def test_datasets_loads_every_table_and_split(hub, synthetic, run_alone, python, streaming):
    run_alone("push", synthetic, "--repo-id", NAME)
    rows = python(
        "import json, datasets\n"
        f"tables = {TABLES if streaming else TABLES[:3]}\n"
        f"load = lambda table: datasets.load_dataset({NAME!r}, table, streaming={streaming})\n"
        "count = lambda rows: sum(1 for _ in rows)\n"
        "print(json.dumps({t: {s: count(rows) for s, rows in load(t).items()} for t in tables}))"
    )
    for table, splits in rows.items():
        assert splits == {
            split: sum(pq.read_metadata(path).num_rows for path in (synthetic / table).glob(f"{split}-*"))
            for split in ("train", "validation")
        }


def test_other_libraries_list_and_read_it_too(hub, synthetic, run, python):
    run("push", synthetic, "--repo-id", NAME, "--revision", "v2")
    found = python(
        "import json, pandas, huggingface_hub as hub\n"
        f"files = hub.list_repo_files({NAME!r}, repo_type='dataset', revision='v2')\n"
        f"branches = [ref.name for ref in hub.list_repo_refs({NAME!r}, repo_type='dataset').branches]\n"
        f"rows = pandas.read_parquet('hf://datasets/{NAME}@v2/qa/train-00000-of-00001.parquet')\n"
        "print(json.dumps([files, branches, len(rows)]))"
    )
    assert found == [sorted(hub.files(NAME, "v2")), ["main", "v2"], 342]
    assert 206 in {
        status for _, path, status in hub.requests if "/resolve/" in path
    }  # only the requested files


def test_pictures_come_back_as_pictures(hub, synthetic, run, python):
    run("push", synthetic, "--repo-id", NAME)
    sizes = python(
        "import json, datasets\n"
        f"rows = datasets.load_dataset({NAME!r}, 'embedded', split='train', streaming=True)\n"
        "print(json.dumps([image.size for image in next(iter(rows))['images']]))"
    )
    assert sizes == [[64, 48]] * 6


def test_files_on_the_hub_are_not_uploaded_again(hub, synthetic, run):
    run("push", synthetic, "--repo-id", NAME)
    before = len(hub.requests)
    said = run("push", synthetic, "--repo-id", NAME)
    assert "nothing changed" in said
    assert {method for method, _, _ in hub.requests[before:]} == {"GET"}
    assert len(hub.repos[NAME].log()) == 1


def test_shards_of_an_earlier_build_are_removed_and_other_files_kept(hub, synthetic, run):
    run("push", synthetic, "--repo-id", NAME)
    old = {"qa/train-00001-of-00002.parquet": b"old", "frames/test-00000-of-00001.parquet": b"old"}
    own = {"LICENSE": b"mine", "notes/qa.parquet": b"mine", "qa/README.txt": b"mine"}
    there = hub.repos[NAME].at("main").files
    added = {path: Blob(content, lfs=False) for path, content in {**old, **own}.items()}
    hub.repos[NAME].commit("main", "by hand", "", there | added)
    sent = len(hub.asked("PUT", "/lfs/"))
    said = run("push", synthetic, "--repo-id", NAME)
    assert all(path in said for path in old)
    files = hub.files(NAME)
    assert not old.keys() & files.keys()
    assert {path: files[path] for path in own} == own
    assert shards(synthetic, *TABLES).items() <= files.items()
    assert len(hub.asked("PUT", "/lfs/")) == sent


def test_a_branch_is_made_and_main_stays(hub, synthetic, run, python):
    run("push", synthetic, "--repo-id", NAME, "--revision", "v2")
    assert hub.files(NAME).keys() == {".gitattributes"}
    assert shards(synthetic, *TABLES).items() <= hub.files(NAME, "v2").items()
    assert 'load_dataset("lab/rooms", "qa", revision="v2")' in card_of(hub, "v2")[1]
    assert "OK:" in run("verify", NAME, "--revision", "v2")
    loaded = python(
        "import datasets\n"
        f"print(len(datasets.load_dataset({NAME!r}, 'scenes', split='train', revision='v2')))"
    )
    assert loaded == 3


def test_private_and_gated_are_set_before_anything_is_uploaded(hub, scannet, run):
    run("push", scannet, "--repo-id", NAME, "--private", "--gated")
    assert hub.repos[NAME].private
    assert hub.repos[NAME].gated == "manual"
    order = [path for method, path, _ in hub.requests if method in ("POST", "PUT")]
    assert order[:2] == ["/api/repos/create", f"/api/datasets/{NAME}/settings"]
    front, _ = card_of(hub)
    assert "ScanNet" in front["extra_gated_prompt"]
    assert "checkbox" in front["extra_gated_fields"].values()
    run("push", scannet, "--repo-id", NAME)
    assert len(hub.repos[NAME].log()) == 1  # the card still asks for approval


def test_a_public_dataset_is_not_taken_for_a_private_one(hub, synthetic, run):
    run("push", synthetic, "--repo-id", NAME)
    said = run("push", synthetic, "--repo-id", NAME, "--private", status=2)
    assert "public" in said


def test_dry_run_changes_nothing(hub, synthetic, run):
    said = run("push", synthetic, "--repo-id", NAME, "--dry-run")
    assert not hub.repos
    assert {method for method, _, _ in hub.requests} == {"GET"}
    assert "To upload: 10 files" in said
    assert "qa: 456 rows" in said


def test_json_has_the_facts_of_the_push(hub, synthetic, run):
    said = json.loads(run("push", synthetic, "--repo-id", NAME, "--json"))
    assert said["commit"] == hub.repos[NAME].branches["main"]
    assert {*said["sent"]} == hub.files(NAME).keys() - {".gitattributes"}
    assert json.loads(run("push", synthetic, "--repo-id", NAME, "--json", "--dry-run"))["sent"] == []


# Owners and terms


def test_frames_of_scannet_are_not_uploaded(hub, scannet, run, python):
    said = run("push", scannet, "--repo-id", NAME)
    assert "is derived from ScanNet" in said
    assert "Not published:  embedded, frames." in said
    assert said.index("is derived from ScanNet") < said.index("Published")
    files = hub.files(NAME)
    assert {path.partition("/")[0] for path in files if "/" in path} == {"qa", "scenes"}
    assert {*hub.objects.values()} == {*shards(scannet, "qa", "scenes").values()}
    front, text = card_of(hub)
    assert [config["config_name"] for config in front["configs"]] == ["qa", "scenes"]
    assert front["license_name"] == "scannet-terms-of-use"
    assert "are not in this dataset" in " ".join(text.split())
    assert "OK:" in run("verify", NAME)
    code = f"import datasets\nprint(len(datasets.load_dataset({NAME!r}, split='train')))"
    assert python(code) == 342


def test_frames_are_not_uploaded_if_one_real_scan_is_among_synthetic_ones(hub, built, run):
    path = built / "manifest.json"
    manifest = json.loads(path.read_text())
    manifest["datasets"] = {"scannet": 1, "synthetic": sum(manifest["scenes"].values()) - 1}
    path.write_text(json.dumps(manifest))
    said = run("push", built, "--repo-id", NAME)
    assert "is derived from ScanNet" in said
    assert "Not published:  embedded, frames." in said
    assert {path.partition("/")[0] for path in hub.files(NAME) if "/" in path} == {"qa", "scenes"}
    assert card_of(hub)[0]["license_name"] == "scannet-terms-of-use"


def test_frames_of_scannet_need_a_confirmation_and_nothing_is_uploaded_without_it(hub, scannet, run):
    said = run("push", scannet, "--repo-id", NAME, "--with-frames", status=2)
    assert "--i-may-share-frames" in said
    assert "pictures" in said
    assert not hub.repos
    assert {method for method, _, _ in hub.requests} == {"GET"}


def test_with_the_confirmation_frames_are_uploaded_and_the_card_records_it(hub, scannet, run):
    run("push", scannet, "--repo-id", NAME, "--with-frames", "--i-may-share-frames")
    assert shards(scannet, *TABLES).items() <= hub.files(NAME).items()
    assert "The publisher stated that they may be shared" in " ".join(card_of(hub)[1].split())
    assert json.loads(hub.files(NAME)["manifest.json"])["publication"]["on_word"]
    run("push", scannet, "--repo-id", NAME)
    assert shards(scannet, "frames", "embedded").keys().isdisjoint(hub.files(NAME))
    assert "The publisher stated that they may be shared" not in " ".join(card_of(hub)[1].split())


@pytest.mark.parametrize(("answer", "published"), [("y", True), ("n", False)])
def test_a_person_is_asked_for_the_confirmation(hub, scannet, environment, answer, published):
    terminal, ours = pty.openpty()
    command = "from vsidata.commands.app import main; main()"
    arguments = ["push", str(scannet), "--repo-id", NAME, "--with-frames"]
    process = subprocess.Popen(
        [sys.executable, "-c", command, *arguments],
        stdin=ours,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=environment,
    )
    os.write(terminal, f"{answer}\n".encode())
    said = process.communicate(timeout=120)[0].decode()
    os.close(terminal)
    os.close(ours)
    assert "Pictures of ScanNet can then be downloaded by anyone" in said
    assert (process.returncode == 0) is published
    assert (NAME in hub.repos) is published


def test_synthetic_frames_are_uploaded_unless_they_are_left_out(hub, synthetic, run):
    said = run("push", synthetic, "--repo-id", NAME, "--without-frames")
    assert "free" in said
    assert {path.partition("/")[0] for path in hub.files(NAME) if "/" in path} == {"qa", "scenes"}


def test_nothing_about_this_machine_is_uploaded(hub, scannet, run):
    (scannet / "notes.txt").write_text("secret")
    (scannet / "qa" / "draft.csv").write_text("secret")
    assert platform.node() in (scannet / "build.log").read_text()
    run("push", scannet, "--repo-id", NAME)
    files = hub.files(NAME)
    assert {path for path in files if not path.endswith(".parquet")} == {
        ".gitattributes",
        "README.md",
        "manifest.json",
    }
    for path, content in files.items():
        if path.endswith(
            ".parquet"
        ):  # read as content: a short word may occur by chance in the compressed bytes
            table = pq.read_table(io.BytesIO(content))
            content = repr((table.to_pylist(), table.schema.metadata)).encode()
        assert platform.node().encode() not in content
        assert str(scannet.parent).encode() not in content
        assert b"secret" not in content


def test_a_leak_guard_that_was_off_is_reported(hub, scannet, run):
    path = scannet / "manifest.json"
    manifest = json.loads(path.read_text())
    manifest["leak_guard"] |= {"active": False, "admitted": {"vsibench.csv": 2}}
    path.write_text(json.dumps(manifest))
    assert "leak guard was off" in run("push", scannet, "--repo-id", NAME)
    assert "**off**: this build has 2 scenes" in card_of(hub)[1]


def write_audit(build: Path, questions: dict[str, str]) -> bytes:
    mean = {"constant_in_sample": {"score": 0.402}, "constant": {"score": 0.391}, "forest": {"score": 0.511}}
    content = json.dumps({"qa": questions, "scores": {"macro": mean}}).encode()
    (build / "audit.json").write_bytes(content)
    return content


def test_a_blind_audit_is_uploaded_and_removed_with_its_build(hub, built, run):
    files = json.loads((built / "manifest.json").read_text())["files"]
    content = write_audit(built, {path: files[path]["sha256"] for path in files if path.startswith("qa/")})
    run("push", built, "--repo-id", NAME)
    assert hub.files(NAME)["audit.json"] == content
    card = card_of(hub)[1]
    assert "the best constant answers score 40.2, constants learned in other rooms 39.1, a random" in card
    assert "a random forest on the words 51.1" in card
    (built / "audit.json").unlink()
    run("push", built, "--repo-id", NAME)
    assert "audit.json" not in hub.files(NAME)
    assert "| blind audit | none yet |" in card_of(hub)[1]


def test_an_audit_of_other_questions_is_refused(hub, built, run):
    write_audit(built, {"qa/train-00000-of-00001.parquet": "0" * 64})
    said = run("push", built, "--repo-id", NAME, status=2)
    assert "audit.json: is about other questions than those of the build." in said
    assert "vsidata audit" in said
    assert NAME not in hub.repos


def test_dry_run_without_the_hub_shows_what_would_be_uploaded(hub, scannet, run_alone):
    offline = {"HF_HUB_OFFLINE": "1"}
    seen = run_alone("push", scannet, "--repo-id", NAME, "--dry-run").splitlines()
    unseen = run_alone("push", scannet, "--repo-id", NAME, "--dry-run", **offline).splitlines()
    assert [line for line in seen if line not in unseen] == [seen[0], seen[-1]]
    assert unseen[-2] == "The state of the Hub is unknown: cannot be reached: HF_HUB_OFFLINE is set."
    assert unseen[-1].replace(", at most", "") == seen[-1]
    said = json.loads(run_alone("push", scannet, "--repo-id", NAME, "--dry-run", "--json", **offline))
    assert {path for path in said["sent"] if "/" not in path} == {"README.md", "manifest.json"}
    assert said["unseen"] == "cannot be reached: HF_HUB_OFFLINE is set."


def test_dry_run_with_an_address_that_does_not_answer_shows_what_would_be_uploaded(
    pauses, synthetic, run, monkeypatch
):
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:9")
    said = run("push", synthetic, "--repo-id", NAME, "--dry-run")
    assert "To upload, at most: 10 files" in said
    assert "the connection was lost or could not be opened" in said


def test_dry_run_still_refuses_what_the_hub_refuses(hub, synthetic, run):
    hub.fail("GET", "/api/datasets/", 403, times=100)
    assert "403" in run("push", synthetic, "--repo-id", NAME, "--dry-run", status=2)


def test_a_build_that_contains_the_token_is_not_uploaded(hub, built, run):
    files = json.loads((built / "manifest.json").read_text())["files"]
    write_audit(built, {path: files[path]["sha256"] for path in files if path.startswith("qa/")})
    audit = json.loads((built / "audit.json").read_text())
    (built / "audit.json").write_text(json.dumps(audit | {"note": OWNER}))
    said = run("push", built, "--repo-id", NAME, status=2)
    assert "audit.json: contains a secret of yours" in said
    assert not hub.repos
