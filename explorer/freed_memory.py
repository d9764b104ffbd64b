"""Memory that a round frees, kept by the process for the next."""

import ctypes

# glibc's names and numbers of what mallopt sets (man mallopt).
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3
KEPT_BYTES = 256 << 20
MAPPED_FROM_BYTES = 32 << 20


def keep_freed_memory() -> None:
    """Let malloc keep what is freed in blocks of up to 32 MB; does nothing where there is no glibc.

    Else the arrays of a round, 1 to 5 MB each, go back to the system and come again page by page,
    which costs a twentieth of a round's processor time.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(M_MMAP_THRESHOLD, MAPPED_FROM_BYTES)
        mallopt(M_TRIM_THRESHOLD, KEPT_BYTES)
