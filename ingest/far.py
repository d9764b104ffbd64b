"""Pictures in object stores: at s3://, gs://, hf:// and what else fsspec reads."""

from typing import Any

from ingest.errors import Busy, Rejected
from ingest.sources.place import PACKAGES

DENIED = "no access"


def read_object(address: str, largest: int, seconds: float) -> bytes:
    """Read an object in one request.

    Args:
        largest: bytes it may have.
        seconds: that it may take.

    Raises:
        Rejected: it is not there, may not be read, is too large, or its scheme's package is
            missing.
        Busy: the store did not answer, or not in time.
    """
    scheme = address.partition("://")[0].lower()
    try:
        data = _read(scheme, address, largest + 1, seconds)
    except ImportError:
        reason = f"the package {PACKAGES[scheme]} is not installed"
        raise Rejected(reason, permanent=False) from None
    except FileNotFoundError:
        raise Rejected("no such object", permanent=True) from None
    except PermissionError:
        raise Rejected(DENIED, permanent=False) from None
    except TimeoutError:
        raise Busy("timeout", broken=True) from None
    except Exception as error:  # each of fsspec's packages has its own
        if "Credentials" in type(error).__name__:
            raise Rejected(DENIED, permanent=False) from None
        if "range" not in str(error).lower():
            raise Busy("connection broke", broken=True) from None
        data = b""  # an empty object has no range of bytes
    if len(data) > largest:
        raise Rejected("picture too large", permanent=True, mendable=True)
    return data


def _read(scheme: str, address: str, end: int, seconds: float) -> bytes:
    import fsspec
    from fsspec.asyn import sync

    store: Any = fsspec.filesystem(scheme)
    # Not by fsspec.open, which would also follow `::` into other kinds of places.
    path = store._strip_protocol(address)
    if store.async_impl:
        data = sync(store.loop, store._cat_file, path, start=0, end=end, timeout=seconds)
    else:
        data = store.cat_file(path, start=0, end=end)
    return bytes(data)
