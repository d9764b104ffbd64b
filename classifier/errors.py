"""What can go wrong in learning, as one small tree."""


class ClassifierError(ValueError):
    """Base of every error this package raises on purpose."""


class DimensionMismatch(ClassifierError):
    """Vectors and weights come from encoders of different dimension."""

    def __init__(self, expected: int, got: int, what: str) -> None:
        super().__init__(
            f"{what} has {got} numbers but the anchor has {expected}: "
            "use vectors of the collection's own encoder."
        )


class NoAnchor(ClassifierError):
    """Neither phrases nor examples say where a concept or a search starts."""

    def __init__(
        self, sentence: str = "A concept needs a phrase or an example picture to start from."
    ) -> None:
        super().__init__(sentence)


class OtherEncoder(ClassifierError):
    """A classifier was asked to read vectors of an encoder it was not fitted on."""

    def __init__(self, own: str, wanted: str) -> None:
        super().__init__(
            f"This classifier reads vectors of {own!r}, the collection holds those of {wanted!r}: "
            "open a collection of its encoder, or train the concept anew here."
        )
