"""Fixtures that the tests of faults share."""

import subprocess

import pytest


@pytest.fixture
def small_disk(tmp_path):
    """Mount a small disk: `small_disk(kilobytes)`. Call it again to change the size."""
    folder = tmp_path / "disk"
    folder.mkdir()

    def mount(*options: str) -> int:
        command = ["mount", "-t", "tmpfs", "-o", ",".join(options), "tmpfs", str(folder)]
        return subprocess.run(command, capture_output=True, check=False).returncode

    if mount("size=64k"):
        pytest.skip("this user may not mount a small disk")

    def resized(kilobytes: int, *more: str):
        assert not mount("remount", f"size={kilobytes}k", *more)
        return folder

    yield resized
    subprocess.run(["umount", "--lazy", str(folder)], check=True)
