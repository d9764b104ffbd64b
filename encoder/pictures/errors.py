"""What keeps a picture from being read."""


class UnreadablePicture(Exception):
    """The bytes are no picture, or one that cannot be read here.

    Attributes:
        reason: a short phrase, the same for every picture that fails this way, so that it counts.
        mendable: another version, library, setting or moment may read the very same bytes.
    """

    def __init__(self, reason: str, *, mendable: bool = True) -> None:
        super().__init__(reason)
        self.reason = reason
        self.mendable = mendable
