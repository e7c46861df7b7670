"""What the engines for several machines take for granted, from `cluster.yaml`."""

from functools import cache
from importlib import resources
from pathlib import Path

from vsidata.rules.constant import Rules, StatedConstant
from vsidata.rules.strict_yaml import read_mapping, validate


class ClusterConstants(Rules):
    """Constants of the cluster engines.

    Attributes:
        memory: that a rank asks for.
        poll: time between two looks at what the ranks reported.
    """

    memory: StatedConstant
    poll: StatedConstant


@cache
def cluster_constants() -> ClusterConstants:
    """Those of this package."""
    path = Path(str(resources.files("vsidata.engines") / "cluster.yaml"))
    return validate(ClusterConstants, *read_mapping(path), path)
