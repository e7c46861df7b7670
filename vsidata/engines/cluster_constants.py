"""Constants of the engines for several machines, from `cluster.yaml`."""

from functools import cache
from importlib import resources
from pathlib import Path

from vsidata.rules.constant import Rules, StatedConstant
from vsidata.rules.strict_yaml import read_mapping, validate


class ClusterConstants(Rules):
    """Constants of the cluster engines.

    Attributes:
        memory: memory that a rank requests.
        poll: time between two reads of the ranks' reports.
    """

    memory: StatedConstant
    poll: StatedConstant


@cache
def cluster_constants() -> ClusterConstants:
    """The constants of this package."""
    path = Path(str(resources.files("vsidata.engines") / "cluster.yaml"))
    return validate(ClusterConstants, *read_mapping(path), path)
