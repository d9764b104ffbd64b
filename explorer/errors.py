"""What the explorer refuses, each as one sentence that names the thing and the remedy."""


class ExplorerError(Exception):
    """Base of every error that explorer raises on purpose."""


class BadInput(ExplorerError):
    """What was given cannot be understood: a picture, an address, a query."""


class NotAllowed(ExplorerError):
    """What was asked for is switched off, or must not be reached."""


class NothingThere(ExplorerError):
    """What was asked for does not exist, or not yet."""


class NotReady(ExplorerError):
    """What was asked for still loads."""


class MovedOn(ExplorerError):
    """A page was answered that another window has answered before."""


class NotWritten(ExplorerError):
    """A file or folder cannot be written: the disk is full, or the place takes none."""


class NothingToTurn(ExplorerError):
    """There is no action to take back, or to do again."""


class AlreadyStarted(ExplorerError):
    """A job was to be taken out of the queue that waits there no longer."""
