"""What a limit on address space means for this process; `ulimit -v` sets it.

Importing this file ends a process that has too little: the libraries that rooms import next would
end it with a traceback, a stop or a hang, each in its own place.
"""

import json
import resource
import sys

NEEDED = 8 << 30  # bytes: libraries, threads and an embedded database, with room to spare


def advise_on_limit() -> str:
    """Return what to do where the address space is limited; empty where it is not."""
    limit = resource.getrlimit(resource.RLIMIT_AS)[0]
    if limit == resource.RLIM_INFINITY:
        return ""
    return (
        f"this process may have {limit / 2**30:,.1f} GiB of address space (`ulimit -v`), which "
        "maps take without taking memory: lift the limit with `ulimit -v unlimited`, and limit "
        "memory by a container or a control group"
    )


def _require_address_space() -> None:
    limit = resource.getrlimit(resource.RLIMIT_AS)[0]
    if limit == resource.RLIM_INFINITY or limit >= NEEDED:
        return
    sentence = f"This program needs {NEEDED >> 30} GiB of address space: {advise_on_limit()}."
    if "--json" in sys.argv:
        print(json.dumps({"error": sentence}))
    sys.exit(sentence)


_require_address_space()
