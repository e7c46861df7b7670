"""The client of an object store."""

from typing import Any

from vsidata.errors import VsiError

_PACKAGES = {"s3": "s3fs", "gs": "gcsfs"}


def client(address: str) -> Any:
    """A file system of fsspec, with credentials, endpoint and region from their usual places, without caches.

    Raises:
        VsiError: the package for it is missing.
    """
    from fsspec import filesystem

    scheme = address.partition(":")[0]
    try:
        return filesystem(scheme, use_listings_cache=False, skip_instance_cache=True)
    except ImportError as error:
        fault = f"needs {_PACKAGES[scheme]}, which is not installed."
        raise VsiError(address, fault, f"Install it: pip install 'vsi100k[{scheme}]'.") from error
