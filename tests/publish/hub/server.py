"""A server on loopback with the part of the Hub's API that its unmodified client uses.

Nothing here uses the code under test. Its answers follow the Hub: status, error codes in headers, LFS objects
that no reader sees before a commit, commits that are all or nothing. `fail` makes it fail, and it keeps every
request for the tests.
"""

import base64
import hashlib
import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import yaml

OWNER, READER, STRANGER = "hf_owner", "hf_reader", "hf_stranger"  # tokens: may write, may read, unknown
_NAMES = {OWNER: "lab", READER: "guest"}
_LFS = (".parquet", ".zip", ".npz")


@dataclass(frozen=True)
class Blob:
    content: bytes
    lfs: bool

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()

    @property
    def oid(self) -> str:
        content = self.content
        if self.lfs:
            content = (
                f"version https://git-lfs.github.com/spec/v1\noid sha256:{self.sha256}\nsize {len(content)}\n"
            )
            content = content.encode()
        return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()  # noqa: S324 - as git does


@dataclass(frozen=True)
class Commit:
    oid: str
    parent: str | None
    message: str
    description: str
    files: dict[str, Blob]


@dataclass
class Repo:
    private: bool
    gated: str | bool = False
    branches: dict[str, str] = field(default_factory=dict)
    commits: dict[str, Commit] = field(default_factory=dict)

    def commit(self, branch: str, message: str, description: str, files: dict[str, Blob]) -> Commit:
        parent = self.branches.get(branch)
        tree = json.dumps({path: blob.oid for path, blob in sorted(files.items())})
        oid = hashlib.sha1(f"{parent}{message}{tree}".encode()).hexdigest()  # noqa: S324 - as git does
        self.commits[oid] = Commit(oid, parent, message, description, files)
        self.branches[branch] = oid
        return self.commits[oid]

    def at(self, revision: str) -> Commit | None:
        return self.commits.get(self.branches.get(revision, revision))

    def log(self, branch: str = "main") -> list[Commit]:
        """The commits of a branch, the newest first, without the one that made the dataset."""
        found, oid = [], self.branches[branch]
        while (commit := self.commits[oid]).parent:
            found.append(commit)
            oid = commit.parent
        return found


@dataclass
class Fault:
    """A failure of the next `times` requests that have this method and a matching path."""

    method: str
    path: str
    times: int
    status: int | None  # None cuts the connection
    after: bool  # only after the request was carried out, so that only its answer is lost
    message: str
    body: bytes | None = None  # the answer in place of an error in JSON


class Answer(Exception):  # noqa: N818 - it ends a request, with success or failure
    def __init__(self, status: int, body: Any = b"", **headers: str) -> None:
        self.status, self.headers = status, {name.replace("_", "-"): value for name, value in headers.items()}
        self.body = body if isinstance(body, bytes) else json.dumps(body).encode()
        if not isinstance(body, bytes):
            self.headers["Content-Type"] = "application/json"


class Hub:
    """The state of the server, which tests read and change."""

    def __init__(self) -> None:
        self.address = ""
        self.repos: dict[str, Repo] = {}
        self.objects: dict[str, bytes] = {}
        self.requests: list[tuple[str, str, int]] = []
        self.authorizations: set[str] = set()
        self.unknown: list[tuple[str, str]] = []
        self.faults: list[Fault] = []
        self.holds: list[tuple[str, str, threading.Event, threading.Event]] = []
        self.lock = threading.RLock()
        self.storage = ""  # address of the storage of Xet; empty if this server does not use Xet

    def fail(
        self,
        method: str,
        path: str,
        status: int | None = None,
        *,
        times: int = 1,
        after: bool = False,
        message: str = "",
        body: bytes | None = None,
    ) -> None:
        """Fail the next requests like this one. Without a status, cut the connection."""
        self.faults.append(Fault(method, path, times, status, after, message, body))

    @contextmanager
    def held(self, method: str, path: str) -> Iterator[threading.Event]:
        """Answer no requests like this one while the context lasts. The event is set if one arrives."""
        come, go = threading.Event(), threading.Event()
        self.holds.append((method, path, come, go))
        try:
            yield come
        finally:
            self.holds.clear()
            go.set()

    def asked(self, method: str, path: str) -> list[str]:
        """The paths of all earlier requests that have this method and match the pattern."""
        return [at for verb, at, _ in self.requests if verb == method and re.search(path, at)]

    def files(self, name: str, revision: str = "main") -> dict[str, bytes]:
        commit = self.repos[name].at(revision)
        return {path: blob.content for path, blob in commit.files.items()}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    hub: Hub

    def log_message(self, *_: Any) -> None:
        pass

    def _handle(self) -> None:
        path = unquote(urlsplit(self.path).path)
        self.hub.authorizations.add(self.headers.get("Authorization", ""))
        status = 0
        try:
            with self.hub.lock:
                fault = self._fault(path)
            if fault and not fault.after and fault.status is None and self.command == "PUT":
                self.rfile.read(int(self.headers.get("Content-Length", 2)) // 2)  # cut in the middle of it
                raise ConnectionAbortedError
            self.sent = self._body()
            for method, pattern, come, go in list(self.hub.holds):
                if method == self.command and re.search(pattern, path):
                    come.set()
                    go.wait(300)
            if fault and not fault.after:
                self._strike(fault)
            try:
                with self.hub.lock:
                    self._route(path)
                self.hub.unknown.append((self.command, path))
                raise Answer(404, {"error": f"no route for {self.command} {path}"})
            except Answer as answer:
                if fault:
                    self._strike(fault)
                status = answer.status
                self._send(answer)
        except Answer as answer:
            status = answer.status
            self._send(answer)
        except (ConnectionAbortedError, BrokenPipeError, ConnectionResetError):
            self.close_connection = True
            self.connection.close()
        finally:
            self.hub.requests.append((self.command, path, status))

    do_GET = do_HEAD = do_POST = do_PUT = _handle  # noqa: N815 - names of http.server

    def _fault(self, path: str) -> Fault | None:
        for fault in self.hub.faults:
            if fault.times and fault.method == self.command and re.search(fault.path, path):
                fault.times -= 1
                return fault
        return None

    def _strike(self, fault: Fault) -> None:
        if fault.status is None:
            raise ConnectionAbortedError
        if fault.body is not None:
            raise Answer(fault.status, fault.body, Content_Type="text/html")
        raise Answer(fault.status, {"error": fault.message or f"asked to answer {fault.status}"})

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") == "chunked":
            parts = []
            while size := int(self.rfile.readline(), 16):
                parts.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            return b"".join(parts)
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def _send(self, answer: Answer) -> None:
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if "Content-Length" not in answer.headers:
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)

    # The requests.

    def _route(self, path: str) -> None:
        for method, pattern, action in _ROUTES:
            if method == self.command and (match := re.fullmatch(pattern, path)):
                action(self, **match.groupdict())

    @property
    def _token(self) -> str:
        return self.headers.get("Authorization", "").removeprefix("Bearer ")

    def _user(self) -> str:
        if self._token not in _NAMES:
            raise Answer(401, {"error": "Invalid username or password."})
        return _NAMES[self._token]

    def _repo(self, name: str, *, write: bool = False) -> Repo:
        repo = self.hub.repos.get(name)
        owns = _NAMES.get(self._token) == name.partition("/")[0]
        if self._token and self._token not in _NAMES:
            message = "Invalid credentials in Authorization header"
            raise Answer(401, {"error": message}, X_Error_Message=message)
        if repo is None or (repo.private and not owns):
            raise Answer(
                404 if self._token else 401, {"error": "Repository not found"}, X_Error_Code="RepoNotFound"
            )
        if write and not owns:
            raise Answer(403, {"error": "You don't have the rights to write there"})
        return repo

    def _commit(self, repo: Repo, revision: str) -> Commit:
        if commit := repo.at(revision):
            return commit
        raise Answer(404, {"error": f"Invalid rev id: {revision}"}, X_Error_Code="RevisionNotFound")

    def _create(self) -> None:
        asked = json.loads(self.sent)
        user = self._user()
        name = f"{asked.get('organization') or user}/{asked['name']}"
        if not name.startswith(f"{user}/"):
            raise Answer(403, {"error": "You don't have the rights to create a dataset under this namespace"})
        kind = "datasets/" if asked.get("type") == "dataset" else ""
        where = {"url": f"{self.hub.address}/{kind}{name}", "name": name}
        if name in self.hub.repos:
            raise Answer(409, {"error": "You already created this repo", **where})
        repo = self.hub.repos[name] = Repo(private=asked.get("visibility") == "private")
        attributes = Blob(b"*.parquet filter=lfs diff=lfs merge=lfs -text\n", lfs=False)
        repo.commit("main", "initial commit", "", {".gitattributes": attributes})
        raise Answer(200, where)

    def _whoami(self) -> None:
        raise Answer(200, {"name": self._user(), "type": "user", "orgs": []})

    def _harnesses(self) -> None:
        raise Answer(200, {"standardEnvVars": [], "harnesses": {}})

    def _validate(self) -> None:
        content = json.loads(self.sent)["content"]
        errors = []
        try:
            front = yaml.safe_load(content.split("---\n")[1])
            if json.loads(self.sent)["repoType"] == "model":
                raise Answer(200, {"errors": [], "warnings": []})
            configs = front["configs"]
            named = [config["config_name"] for config in configs]
            if len(set(named)) < len(named) or not all(config["data_files"] for config in configs):
                errors.append({"message": "configs must have different names, and files"})
            if {info["config_name"] for info in front.get("dataset_info", [])} - {*named}:
                errors.append({"message": "dataset_info speaks of a config that is not there"})
            if front["license"] == "other" and not isinstance(front.get("license_name", ""), str):
                errors.append({"message": "license_name must be a string"})
        except (IndexError, KeyError, TypeError, yaml.YAMLError) as error:
            errors.append({"message": f"no valid metadata: {error!r}"})
        raise Answer(400 if errors else 200, {"errors": errors, "warnings": []})

    def _info(self, name: str, revision: str = "main") -> None:
        repo = self._repo(name)
        commit = self._commit(repo, revision)
        siblings = [{"rfilename": path} for path in commit.files]
        about = {
            "id": name,
            "sha": commit.oid,
            "private": repo.private,
            "gated": repo.gated,
            "disabled": False,
        }
        raise Answer(200, {**about, "downloads": 0, "likes": 0, "tags": [], "siblings": siblings})

    def _settings(self, name: str) -> None:
        repo, asked = self._repo(name, write=True), json.loads(self.sent)
        repo.gated = asked.get("gated", repo.gated)
        raise Answer(200, asked)

    def _branch(self, name: str, branch: str) -> None:
        repo = self._repo(name, write=True)
        if branch in repo.branches:
            raise Answer(409, {"error": "Reference already exists"})
        start = json.loads(self.sent or b"{}").get("startingPoint", "main")
        repo.branches[branch] = self._commit(repo, start).oid
        raise Answer(200, {})

    def _refs(self, name: str) -> None:
        branches = self._repo(name).branches.items()
        listed = [{"name": at, "ref": f"refs/heads/{at}", "targetCommit": oid} for at, oid in branches]
        raise Answer(200, {"branches": listed, "tags": [], "converts": []})

    def _preupload(self, name: str, revision: str) -> None:
        there = self._commit(self._repo(name, write=True), revision).files
        files = []
        for file in json.loads(self.sent)["files"]:
            blob = there.get(file["path"])
            mode = "lfs" if file["path"].endswith(_LFS) or file["size"] > 10 << 20 else "regular"
            oid = None if blob is None else blob.sha256 if blob.lfs else blob.oid
            files.append({"path": file["path"], "uploadMode": mode, "shouldIgnore": False, "oid": oid})
        raise Answer(200, {"files": files})

    def _batch(self, name: str) -> None:
        self._repo(name, write=True)
        objects = []
        for wanted in json.loads(self.sent)["objects"]:
            known = {"oid": wanted["oid"], "size": wanted["size"]}
            if wanted["oid"] not in self.hub.objects:
                actions = {"upload": f"{self.hub.address}/lfs/{wanted['oid']}"}
                actions["verify"] = f"{self.hub.address}/lfs-verify/{wanted['oid']}"
                known["actions"] = {action: {"href": href} for action, href in actions.items()}
            objects.append(known)
        raise Answer(200, {"transfer": "basic", "objects": objects})

    def _xet_token(self, name: str, revision: str) -> None:
        self._commit(self._repo(name, write=True), revision)
        address, ends = self.hub.storage or f"{self.hub.address}/xet", str(int(time.time()) + 3600)
        headers = {"X_Xet_Cas_Url": address, "X_Xet_Access_Token": "xet", "X_Xet_Token_Expiration": ends}
        raise Answer(200, {"casUrl": address, "exp": int(ends), "accessToken": "xet"}, **headers)

    def _xet(self) -> None:
        raise Answer(404, {"error": "nothing is stored here"})

    def _put(self, oid: str) -> None:
        if hashlib.sha256(self.sent).hexdigest() != oid:
            raise Answer(400, {"error": "the content does not match its checksum"})
        self.hub.objects[oid] = self.sent
        raise Answer(200)

    def _verify(self, oid: str) -> None:
        raise Answer(200 if len(self.hub.objects.get(oid, b"")) == json.loads(self.sent)["size"] else 404, {})

    def _post_commit(self, name: str, revision: str) -> None:
        repo = self._repo(name, write=True)
        lines = [json.loads(line) for line in self.sent.splitlines()]
        head, asked = self._commit(repo, revision), lines[0]["value"]
        if asked.get("parentCommit", head.oid) != head.oid:
            raise Answer(412, {"error": "A commit has happened since. Please refresh and try again."})
        files = dict(head.files)
        for line in lines[1:]:
            value, path = line["value"], line["value"]["path"]
            if line["key"] == "deletedFile":
                if files.pop(path, None) is None:
                    raise Answer(
                        404, {"error": "A file with this name doesn't exist"}, X_Error_Code="EntryNotFound"
                    )
            elif line["key"] == "lfsFile":
                if value["oid"] not in self.hub.objects:
                    raise Answer(400, {"error": f"LFS pointer of {path} leads to no object"})
                files[path] = Blob(self.hub.objects[value["oid"]], lfs=True)
            else:
                files[path] = Blob(base64.b64decode(value["content"]), lfs=False)
        made = repo.commit(revision, asked["summary"], asked["description"], files)
        address = f"{self.hub.address}/datasets/{name}/commit/{made.oid}"
        raise Answer(200, {"success": True, "commitOid": made.oid, "commitUrl": address})

    def _tree(self, name: str, revision: str, folder: str | None = None) -> None:
        files = self._commit(self._repo(name), revision).files
        below = f"{folder.strip('/')}/" if folder and folder.strip("/") else ""
        listed: dict[str, Any] = {}
        deep = parse_qs(urlsplit(self.path).query).get("recursive", ["false"])[0].lower() in ("true", "1")
        for path in sorted(path for path in files if path.startswith(below)):
            parts = path[len(below) :].split("/")
            for depth in range(1, len(parts)):
                listed.setdefault(below + "/".join(parts[:depth]), None)
                if not deep:
                    break
            if deep or len(parts) == 1:
                listed[path] = files[path]
        if below and not listed:
            raise Answer(404, {"error": f"{folder} does not exist"}, X_Error_Code="EntryNotFound")
        raise Answer(200, [_described(path, blob) for path, blob in listed.items()])

    def _paths_info(self, name: str, revision: str) -> None:
        files = self._commit(self._repo(name), revision).files
        json_body = self.headers.get("Content-Type", "").startswith("application/json")
        asked = json.loads(self.sent) if json_body else parse_qs(self.sent.decode())
        found = []
        for path in asked.get("paths", []):
            if path in files:
                found.append(_described(path, files[path]))
            elif any(other.startswith(f"{path}/") for other in files):
                found.append(_described(path, None))
        raise Answer(200, found)

    def _resolve(self, name: str, revision: str, path: str) -> None:
        repo = self._repo(name)
        if repo.gated and _NAMES.get(self._token) != name.partition("/")[0]:
            raise Answer(403, {"error": "Access to this dataset is restricted"}, X_Error_Code="GatedRepo")
        commit = self._commit(repo, revision)
        blob = commit.files.get(path)
        if blob is None:
            raise Answer(404, b"Entry not found", X_Error_Code="EntryNotFound", X_Repo_Commit=commit.oid)
        etag = blob.sha256 if blob.lfs else blob.oid
        headers = {"ETag": f'"{etag}"', "X_Repo_Commit": commit.oid, "Accept_Ranges": "bytes"}
        if blob.lfs:
            headers |= {"X_Linked_ETag": f'"{etag}"', "X_Linked_Size": str(len(blob.content))}
        if asked := re.fullmatch(r"bytes=(\d*)-(\d*)", self.headers.get("Range", "")):
            size = len(blob.content)
            first = int(asked[1]) if asked[1] else size - int(asked[2])
            last = min(int(asked[2]) if asked[1] and asked[2] else size - 1, size - 1)
            if first >= size:
                raise Answer(416, b"", Content_Range=f"bytes */{size}")
            headers["Content_Range"] = f"bytes {first}-{last}/{size}"
            raise Answer(206, blob.content[first : last + 1], **headers)
        raise Answer(200, blob.content, Content_Length=str(len(blob.content)), **headers)


def _described(path: str, blob: Blob | None) -> dict[str, Any]:
    if blob is None:
        return {"type": "directory", "oid": hashlib.sha1(path.encode()).hexdigest(), "size": 0, "path": path}  # noqa: S324
    about = {"type": "file", "oid": blob.oid, "size": len(blob.content), "path": path}
    lfs = {"oid": blob.sha256, "size": len(blob.content), "pointerSize": 131}
    return {**about, "lfs": lfs} if blob.lfs else about


_API = "/api/(?:datasets|models)"
_OF = "(?:/datasets)?"  # an address of a model has no prefix before its name
_NAME = r"(?P<name>[\w.-]+/[\w.-]+)"
_REV = r"(?P<revision>[^/]+)"
_ROUTES: list[tuple[str, str, Callable[..., None]]] = [
    ("POST", "/api/repos/create", _Handler._create),
    ("GET", "/api/whoami-v2", _Handler._whoami),
    ("GET", "/api/agent-harnesses", _Handler._harnesses),
    ("POST", "/api/validate-yaml", _Handler._validate),
    ("GET", f"{_API}/{_NAME}", _Handler._info),
    ("GET", f"{_API}/{_NAME}/revision/{_REV}", _Handler._info),
    ("PUT", f"{_API}/{_NAME}/settings", _Handler._settings),
    ("POST", f"{_API}/{_NAME}/branch/(?P<branch>.+)", _Handler._branch),
    ("GET", f"{_API}/{_NAME}/refs", _Handler._refs),
    ("POST", f"{_API}/{_NAME}/preupload/{_REV}", _Handler._preupload),
    ("POST", f"{_OF}/{_NAME}.git/info/lfs/objects/batch", _Handler._batch),
    ("PUT", r"/lfs/(?P<oid>\w+)", _Handler._put),
    ("GET", f"{_API}/{_NAME}/xet-write-token/{_REV}", _Handler._xet_token),
    ("GET", "/xet/.*", _Handler._xet),
    ("POST", "/xet/.*", _Handler._xet),
    ("POST", r"/lfs-verify/(?P<oid>\w+)", _Handler._verify),
    ("POST", f"{_API}/{_NAME}/commit/{_REV}", _Handler._post_commit),
    ("GET", f"{_API}/{_NAME}/tree/{_REV}(?P<folder>/.*)?", _Handler._tree),
    ("POST", f"{_API}/{_NAME}/paths-info/{_REV}", _Handler._paths_info),
    ("GET", f"{_OF}/{_NAME}/resolve/{_REV}/(?P<path>.+)", _Handler._resolve),
    ("HEAD", f"{_OF}/{_NAME}/resolve/{_REV}/(?P<path>.+)", _Handler._resolve),
]


@contextmanager
def served() -> Iterator[Hub]:
    """A hub that answers on loopback while the context lasts."""
    hub = Hub()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"hub": hub}))
    hub.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
