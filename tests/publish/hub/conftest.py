"""Builds to publish, a hub to publish them on, and the commands as a user runs them."""

import json
import os
import shutil
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from tests.dataset import small_scans, streams
from tests.publish.hub.server import OWNER, Hub, served
from vsidata.commands.app import app
from vsidata.errors import VsiError
from vsidata.pipeline.build import BuildOptions, build


@pytest.fixture
def hub():
    with served() as running:
        yield running
        assert not running.unknown


@pytest.fixture(scope="session")
def synthetic(tmp_path_factory):
    """Four scenes in two splits, three of them with pictures, which are also inside the questions."""
    root = small_scans.write(tmp_path_factory.mktemp("root"), 4)
    for number in range(3):
        streams.write(root, f"scene{number:04d}_00", streams.sens(40, size=(64, 48)))
    options = BuildOptions(
        out=tmp_path_factory.mktemp("built") / "out",
        scannet_root=root,
        visibility=False,
        frames=6,
        embed=True,
        holdout="25%",
        workers=1,
        seed=2,
    )
    return build(options).out


@pytest.fixture(scope="session")
def other(tmp_path_factory):
    """Another build: other questions about other scenes, and fewer shards."""
    root = small_scans.write(tmp_path_factory.mktemp("root"), 2)
    streams.write(root, "scene0000_00", streams.sens(40, size=(80, 48)))
    out = tmp_path_factory.mktemp("built") / "out"
    return build(BuildOptions(out=out, scannet_root=root, visibility=False, frames=4, workers=1, seed=5)).out


@pytest.fixture
def built(synthetic, tmp_path):
    """A copy of the build that a test may change."""
    return shutil.copytree(synthetic, tmp_path / "built")


@pytest.fixture
def scannet(built):
    """The same copy, with a manifest that states that its scans are ScanNet's."""
    path = built / "manifest.json"
    manifest = json.loads(path.read_text())
    manifest["datasets"] = {"scannet": sum(manifest["scenes"].values())}
    path.write_text(json.dumps(manifest))
    return built


@pytest.fixture
def environment(hub: Hub, tmp_path):
    """Variables that point the Hub's client and `datasets` to this hub, without the user's settings."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith(("HF_", "HUGGING"))}
    return ours | {
        "HF_ENDPOINT": hub.address,
        "HF_HUB_DISABLE_XET": "1",
        "HF_HOME": str(tmp_path / "hf-home"),
        "HF_TOKEN": OWNER,
        "HF_HUB_DISABLE_TELEMETRY": "1",
    }


@pytest.fixture
def pauses(hub: Hub, tmp_path, monkeypatch):
    """Point the client in this process to this hub, and record its pauses in a list without sleeping."""
    from huggingface_hub import constants

    waited: list[float] = []
    monkeypatch.setattr(constants, "ENDPOINT", hub.address)
    template = constants.HUGGINGFACE_CO_URL_TEMPLATE.partition(
        "/{repo_id}"
    )  # the client makes it from ENDPOINT at import
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", hub.address + "".join(template[1:]))
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", True)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(constants, "HF_TOKEN_PATH", str(tmp_path / "token"))
    monkeypatch.setenv("HF_TOKEN", OWNER)
    monkeypatch.setattr("time.sleep", waited.append)
    return waited


@pytest.fixture
def run(pauses):
    """Run `vsidata` in this process, and return its output."""

    def command(*arguments, status=0) -> str:
        ran = CliRunner().invoke(app, [*map(str, arguments)])
        said = ran.output
        if isinstance(
            ran.exception, VsiError
        ):  # as `vsidata.commands.app.main` does: it prints the error and exits with 2
            said, code = f"{said}{ran.exception}", 2
        else:
            code = ran.exit_code
        assert code == status, ran.exception or said
        assert OWNER not in said
        return said

    return command


@pytest.fixture
def run_alone(environment):
    """Run `vsidata` as a user does, in a process of its own."""

    def command(*arguments, status=0, **variables) -> str:
        ran = subprocess.run(
            [sys.executable, "-c", "from vsidata.commands.app import main; main()", *map(str, arguments)],
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
            env=environment | variables,
        )
        said = ran.stdout + ran.stderr
        assert ran.returncode == status, said
        assert "Traceback" not in said
        assert OWNER not in said
        return said

    return command


@pytest.fixture
def python(environment):
    """Run Python with the same variables, and return the JSON that it prints."""

    def execute(code: str, **variables):
        ran = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=False,
            env=environment | variables,
        )
        assert ran.returncode == 0, ran.stderr
        return json.loads(ran.stdout.splitlines()[-1])

    return execute
