"""Checks whether other machines are likely to see a folder."""

from pathlib import Path

# File systems that are local to a machine. A machine may export them, which cannot be detected.
_LOCAL = frozenset({"btrfs", "ext2", "ext3", "ext4", "f2fs", "overlay", "ramfs", "tmpfs", "xfs", "zfs"})


def local_disk(folder: Path, mounts: Path = Path("/proc/self/mounts")) -> str | None:
    """Return the kind of a folder's file system if it is local to this machine; else None."""
    kinds = dict(line.split()[1:3] for line in mounts.read_text().splitlines())
    here = folder.resolve()
    # In a container, the root mount may not be listed.
    kind = next((kinds[str(place)] for place in (here, *here.parents) if str(place) in kinds), None)
    return kind if kind in _LOCAL else None
