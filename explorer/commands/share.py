"""How much of what a command does is done, on a terminal."""

from collections.abc import Iterator
from contextlib import contextmanager

from tqdm import tqdm

from explorer.exports.choice import Tell


@contextmanager
def share_bar() -> Iterator[Tell]:
    """Yield what is to be told of each share that is done; only a terminal shows it."""
    with tqdm(total=100, disable=None, leave=False, bar_format="{desc} {percentage:.0f} %") as bar:

        def tell(what: str, share: float) -> None:
            bar.set_description_str(what, refresh=False)
            bar.update(100 * share - bar.n)

        yield tell
