"""An object store on loopback: moto's server, behind a proxy that a test can cut."""

import contextlib
import json
import re
import shutil
import socket
import threading
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

import boto3
import pytest
import s3fs
from moto.server import ThreadedMotoServer
from typer.testing import CliRunner

from tests.dataset import meta_info
from vsidata.commands.app import app
from vsidata.errors import VsiError
from vsidata.pipeline.build import BuildOptions, build

BUCKET = "lab"
KEY, SECRET = "AKIAOFNOBODY", "a-secret-that-nobody-prints"


@dataclass
class Line:
    """A proxy of the store. It records the changes, and cuts the connection after `most` of them."""

    store: tuple[str, int]
    changes: list[str] = field(default_factory=list)
    most: int | None = None

    def serve(self, listening: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, far = listening.accept()[0], socket.create_connection(self.store)
                for pair in ((near, far), (far, near)):
                    threading.Thread(target=self._carry, args=pair, daemon=True).start()

    def _carry(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError), source, sink:
            while data := source.recv(1 << 16):
                if change := re.match(rb"(PUT|DELETE|POST) /\w+/([^ ?]+)", data):
                    if self.most is not None and len(self.changes) >= self.most:
                        source.shutdown(socket.SHUT_RDWR)
                        sink.shutdown(socket.SHUT_RDWR)
                        return
                    self.changes.append(b" ".join(change.groups()).decode())
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)


class Store:
    """The store itself, reached without the proxy."""

    def __init__(self, address: str, line: Line) -> None:
        self.address, self.line = address, line
        self.session = boto3.Session(
            "tests", "tests", region_name="us-east-1"
        )  # any credentials are accepted
        self.client = self.session.client("s3", endpoint_url=address)

    def command(self, path: str, content: bytes = b"") -> None:
        kind = {"Content-Type": "text/plain"}
        request = urllib.request.Request(self.address + path, content, kind, method="POST")  # noqa: S310
        urllib.request.urlopen(request).close()  # noqa: S310

    def files(self, below: str) -> dict[str, bytes]:
        found = self.client.list_objects_v2(Bucket=BUCKET, Prefix=f"{below}/").get("Contents", [])
        return {
            entry["Key"].removeprefix(f"{below}/"): self.client.get_object(Bucket=BUCKET, Key=entry["Key"])[
                "Body"
            ].read()
            for entry in found
        }

    def reader(self) -> dict[str, str]:
        """The key of a user who may list and read only."""
        users = self.session.client("iam", endpoint_url=self.address)
        users.create_user(UserName="reader")
        may = {"Effect": "Allow", "Action": ["s3:List*", "s3:Get*"], "Resource": "*"}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [may]})
        users.put_user_policy(UserName="reader", PolicyName="read", PolicyDocument=policy)
        return users.create_access_key(UserName="reader")["AccessKey"]

    def put(self, path: str, content: bytes) -> None:
        self.client.put_object(Bucket=BUCKET, Key=path, Body=content)


@pytest.fixture(scope="session")
def served():
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        line = Line((host, port))
        threading.Thread(target=line.serve, args=(listening,), daemon=True).start()
        yield Store(f"http://{host}:{port}", line), f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.stop()


@pytest.fixture
def store(served, tmp_path, monkeypatch):
    """An empty bucket, and an environment that leads to it. The current folder is the test's own."""
    store, endpoint = served
    store.command("/moto-api/reset")
    store.client.create_bucket(Bucket=BUCKET)
    store.line.changes, store.line.most = [], None
    for name, value in {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": KEY,
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_MAX_ATTEMPTS": "1",
        "AWS_CONFIG_FILE": str(tmp_path / "none"),
        "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "none"),
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(s3fs.S3FileSystem, "retries", 1)  # the client would pause between attempts
    monkeypatch.chdir(tmp_path)
    return store


@pytest.fixture(scope="session")
def rooms(tmp_path_factory):
    return meta_info.write(tmp_path_factory.mktemp("rooms") / "rooms.json", 4)


@pytest.fixture(scope="session")
def made(rooms, tmp_path_factory):
    """Two builds of the rooms, with one split and with two."""
    folder = tmp_path_factory.mktemp("made")
    for name, holdout in (("one", 0.0), ("two", 0.4)):
        build(
            BuildOptions(out=folder / name, meta_info=(rooms,), rules="vsibench", holdout=holdout, workers=1)
        )
    return folder


@pytest.fixture
def work(made, tmp_path):
    """Copies of the two builds, because the tests begin with a finished build."""
    return shutil.copytree(made, tmp_path / "work")


@pytest.fixture
def run(rooms):
    """Build from the rooms in this process, and return the output."""

    def command(*arguments: object, rooms: Path = rooms, status: int = 0) -> str:
        given = ("build", "--meta-info", rooms, "--rules", "vsibench", "--workers", 1, *arguments)
        ran = CliRunner().invoke(app, [*map(str, given)])
        said, code = ran.output, ran.exit_code
        if isinstance(
            ran.exception, VsiError
        ):  # as `vsidata.commands.app.main` does: it prints the error and exits with 2
            said, code = f"{said}{ran.exception}", 2
        assert code == status, ran.exception or said
        assert KEY not in said
        assert SECRET not in said
        return said

    return command
