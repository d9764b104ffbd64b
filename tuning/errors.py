"""What can go wrong in tuning, each with one sentence that names the remedy."""


class TuningError(Exception):
    """Tuning cannot do what was asked."""


class TooFewPhotos(TuningError):
    """There are too few classes, or too few photos of a class, to learn from."""


class LossDiverged(TuningError):
    """The loss became infinite before anything was learnt."""


class NotServed(TuningError):
    """A head was trained, and the measurement does not allow to serve it."""


def first_line(error: Exception) -> str:
    """Return the first line of an error's words, without its full stop."""
    return (str(error) or type(error).__name__).splitlines()[0].rstrip(".")
