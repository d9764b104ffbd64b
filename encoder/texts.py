"""What every encoder asks of a phrase before it reads it."""

from collections.abc import Sequence

from encoder.errors import BrokenText, EmptyText


def check_texts(texts: Sequence[str]) -> None:
    """Refuse phrases that nothing can be read of.

    Raises:
        EmptyText: a phrase holds no word.
        BrokenText: a phrase holds half a letter, as bytes of another encoding become.
    """
    for text in texts:
        if not text.strip():
            raise EmptyText
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise BrokenText(text) from error
