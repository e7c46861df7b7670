"""Whether other machines are likely to see a folder."""

from pathlib import Path

# Kinds of file system that live on one machine; whether it exports them, nobody can tell from here.
_LOCAL = frozenset({"btrfs", "ext2", "ext3", "ext4", "f2fs", "overlay", "ramfs", "tmpfs", "xfs", "zfs"})


def local_disk(folder: Path, mounts: Path = Path("/proc/self/mounts")) -> str | None:
    """The kind of file system that a folder lies on, where that is one of this machine's; else None."""
    kinds = dict(line.split()[1:3] for line in mounts.read_text().splitlines())
    here = folder.resolve()
    # In a container what is mounted at the top may not be listed.
    kind = next((kinds[str(place)] for place in (here, *here.parents) if str(place) in kinds), None)
    return kind if kind in _LOCAL else None
