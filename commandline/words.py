"""Words for people."""


def count_things(count: int, thing: str, things: str = "") -> str:
    """Say how many there are, in the singular or the plural."""
    return f"{count:,} {thing if count == 1 else things or thing + 's'}"


def percent(share: float, digits: int = 0) -> str:
    """Say a share of 0 to 1 in per cent."""
    return f"{100 * share:.{digits}f} %"
