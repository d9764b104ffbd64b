"""Words for people."""


def count_things(count: int, thing: str, things: str = "") -> str:
    """Say how many there are, in the singular or the plural."""
    return f"{count:,} {thing if count == 1 else things or thing + 's'}"
