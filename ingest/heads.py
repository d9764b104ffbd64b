"""Keep the collections behind similarity heads in step with the collection they came from."""

from collections.abc import Callable

from encoder import EncoderError
from encoder.similarity import load_head
from vecdb import Database, VecdbError

AGAIN = "the next ingest or `python -m tuning sync` tries again"


def follow_heads(database: Database, source: str, warn: Callable[[str], None]) -> None:
    """Bring every collection derived from `source` to what it holds, those behind these too.

    Args:
        warn: takes a sentence where a collection could not follow; the photos are safe in
            `source`, and `python -m tuning sync` tries again.
    """
    try:
        derived = database.derived(source)
    except VecdbError as error:
        warn(f"What is derived from {source} did not follow; {AGAIN}: {error}")
        return
    for info in derived:
        try:
            database.follow(info.name, load_head(info.encoder).apply)
        except (EncoderError, VecdbError) as error:
            warn(f"{info.name} does not hold the new photos yet; {AGAIN}: {error}")
            continue
        follow_heads(database, info.name, warn)
