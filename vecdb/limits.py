"""What a limit on address space means for this process; `ulimit -v` sets it."""

import resource


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
