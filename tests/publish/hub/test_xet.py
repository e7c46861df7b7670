"""Pushes through Xet, which the Hub's client uses for large files by default."""

import hashlib

import pytest

NAME = "lab/rooms"

# The client retries for minutes, in case the storage comes back.
XET = {
    "HF_HUB_DISABLE_XET": "0",
    "HF_XET_CLIENT_RETRY_MAX_ATTEMPTS": "1",
    "HF_XET_CLIENT_RETRY_BASE_DELAY": "10ms",
    "HF_XET_CLIENT_RETRY_MAX_DURATION": "1s",
}


@pytest.fixture
def push(hub, synthetic, run_alone):
    """`vsidata push` with Xet on."""

    def command(*options, status=0) -> str:
        return run_alone("push", synthetic, "--repo-id", NAME, *options, status=status, **XET)

    return command


def last_lines(said: str) -> list[str]:
    """Fault and remedy."""
    return said.strip().splitlines()[-2:]


def test_a_build_is_published(hub, synthetic, push, tmp_path):
    hub.storage = f"local://{tmp_path / 'storage'}"
    # Xet's storage gives a commit its objects by their checksum.
    shards = {
        path.relative_to(synthetic).as_posix(): path.read_bytes() for path in synthetic.rglob("*.parquet")
    }
    hub.objects |= {hashlib.sha256(content).hexdigest(): content for content in shards.values()}
    assert "Published" in push()
    assert shards.items() <= hub.files(NAME).items()
    assert not hub.asked("PUT", "/lfs/")
    stored = [path for path in (tmp_path / "storage").rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in stored) > 1000
    assert "nothing changed" in push()


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/xet-write-token/"), ("POST", "/xet/")],
    ids=["before the upload", "within the upload"],
)
def test_a_cut_connection_ends_in_one_line_and_publishes_nothing(hub, push, method, path):
    hub.fail(method, path, None, times=1_000)
    fault, remedy = last_lines(push(status=2))
    assert fault.startswith(f"{NAME}: the connection was lost or could not be opened:")
    assert "Run the same command again" in remedy
    assert hub.files(NAME).keys() == {".gitattributes"}


@pytest.mark.parametrize(
    ("status", "fault"),
    [(403, "this token has no permission for that (403)"), (503, "the Hub failed repeatedly")],
)
def test_a_refusal_of_the_storage_ends_in_one_line(hub, push, status, fault):
    hub.fail("GET", "/xet-write-token/", status, times=1_000)
    assert last_lines(push(status=2))[0].startswith(f"{NAME}: {fault}")
    assert hub.files(NAME).keys() == {".gitattributes"}


def test_a_missing_storage_ends_in_one_line(hub, push):
    hub.storage = "http://127.0.0.1:9"
    assert "the connection was lost or could not be opened" in last_lines(push(status=2))[0]
