"""Concepts that exclude each other learn from each other's answers."""

from collections.abc import Iterable, Mapping


def borrow_answers(own: Mapping[str, int], others: Iterable[Mapping[str, int]]) -> list[str]:
    """Return the photos that are a no because they are a yes of a concept that excludes this one.

    Args:
        own: this concept's answers by photo, 1 yes or -1 no; what was answered here stands.
        others: the answers of the concepts that exclude it.

    Returns:
        Photos nobody has judged here, each once, in the order of the others.
    """
    said = (photo for other in others for photo, label in other.items() if label > 0)
    return [photo for photo in dict.fromkeys(said) if photo not in own]
