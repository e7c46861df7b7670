"""Checks whether other machines are likely to see a folder."""

from pathlib import Path

# File systems of a single machine. Whether the machine exports them cannot be detected.
_LOCAL = frozenset({"btrfs", "ext2", "ext3", "ext4", "f2fs", "overlay", "ramfs", "tmpfs", "xfs", "zfs"})


def local_disk(folder: Path, mounts: Path = Path("/proc/self/mounts")) -> str | None:
    """The kind of file system of a folder, if it is local to this machine; else None."""
    kinds = dict(line.split()[1:3] for line in mounts.read_text().splitlines())
    here = folder.resolve()
    # In a container, the mount at the top may not be listed.
    kind = next((kinds[str(place)] for place in (here, *here.parents) if str(place) in kinds), None)
    return kind if kind in _LOCAL else None
