"""The client of an object store."""

from typing import Any

from vsidata.errors import VsiError

_PACKAGES = {"s3": "s3fs", "gs": "gcsfs"}


def client(address: str) -> Any:
    """Return a file system of fsspec without caches.

    Credentials, endpoint and region come from their usual places.

    Raises:
        VsiError: the package for the store is missing.
    """
    from fsspec import filesystem

    scheme = address.partition(":")[0]
    try:
        return filesystem(scheme, use_listings_cache=False, skip_instance_cache=True)
    except ImportError as error:
        fault = f"needs {_PACKAGES[scheme]}, which is not installed."
        raise VsiError(address, fault, f"Install it: pip install 'vsi100k[{scheme}]'.") from error
