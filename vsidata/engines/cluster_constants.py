"""Constants of the engines for several machines, from `cluster.yaml`."""

from functools import cache

from vsidata.rules.constant import Rules, StatedConstant
from vsidata.rules.strict_yaml import read_packaged


class ClusterConstants(Rules):
    """Constants of the cluster engines.

    Attributes:
        memory: the memory that a rank requests.
        poll: the time between two reads of the ranks' reports.
    """

    memory: StatedConstant
    poll: StatedConstant


@cache
def cluster_constants() -> ClusterConstants:
    """Return the constants in `cluster.yaml`."""
    return read_packaged(ClusterConstants, __package__, "cluster.yaml")
