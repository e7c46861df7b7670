"""`vsidata build --out hf://…`: a build and its push in one command."""

from tests.dataset import small_scans, streams


def test_build_for_the_hub_is_pushed_in_one_commit_and_once(hub, run, tmp_path):
    root = small_scans.write(tmp_path / "root", 2)
    streams.write(root, "scene0000_00", streams.sens(40, size=(64, 48)))
    work = tmp_path / "work"
    command = ("build", "--scannet-root", root, "--frames", 4, "--no-visibility", "--workers", 1)
    command += ("--out", "hf://datasets/lab/rooms@v2", "--work", work)
    said = run(*command)
    assert "Published: " in said
    files = hub.files("lab/rooms", "v2")
    for path in work.glob("*/*.parquet"):
        name = path.relative_to(work).as_posix()
        assert files[name] == path.read_bytes()
    assert {"README.md", "manifest.json"} <= files.keys()
    assert not {"build.log", "failures.jsonl"} & files.keys()
    commits = len(hub.repos["lab/rooms"].log("v2"))
    assert "Already on the Hub, nothing changed" in run(*command)
    assert len(hub.repos["lab/rooms"].log("v2")) == commits


def test_without_a_token_nothing_is_built(hub, run, tmp_path, monkeypatch):
    monkeypatch.delenv("HF_TOKEN")
    root = small_scans.write(tmp_path / "root", 1)
    work = tmp_path / "work"
    said = run("build", "--scannet-root", root, "--out", "hf://datasets/lab/rooms", "--work", work, status=2)
    assert said.startswith("Hugging Face token: was not found.")
    assert not work.exists()
