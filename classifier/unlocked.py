"""A solve by LAPACK beside which other threads run: scipy's own wrappers hold Python's lock.

They had a fifth of the time for which a round behind some hundred answers held the lock.
"""

import ctypes
from collections.abc import Callable
from types import ModuleType

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import LinAlgError, cython_blas, cython_lapack


def solve_half(matrix: NDArray[np.float32], right: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return L^-1 right (n, m), L L^T the Cholesky factors of the matrix.

    Args:
        matrix: (n, n) symmetric and positive definite; float32 in C order is overwritten.
        right: (n, m).

    Raises:
        LinAlgError: the matrix is not positive definite.
    """
    # Symmetric, so that rows may be taken for the columns that LAPACK wants.
    factor = np.ascontiguousarray(matrix, np.float32)
    found = np.array(right, np.float32, order="F")
    # Long, for builds of scipy whose numbers are: others read the lower half.
    size, columns, info = (ctypes.c_int64(n) for n in (len(factor), found.shape[1], 0))
    n, step = ctypes.byref(size), ctypes.byref(ctypes.c_int64(max(1, len(factor))))
    at, to = ctypes.c_void_p(factor.ctypes.data), ctypes.c_void_p(found.ctypes.data)
    _spotrf(b"L", n, at, step, ctypes.byref(info))
    if info.value:
        raise LinAlgError(f"row {info.value} shows that the matrix is not positive definite")
    one = ctypes.byref(ctypes.c_float(1))
    _strsm(b"L", b"L", b"N", b"N", n, ctypes.byref(columns), one, at, step, to, step)
    return found


def _routine(module: ModuleType, name: str, arguments: int) -> Callable[..., None]:
    """Return a routine of Fortran's that scipy exports for Cython; ctypes lets go of the lock."""
    capsule = module.__pyx_capi__[name]
    api = ctypes.pythonapi
    api.PyCapsule_GetName.restype = ctypes.c_char_p
    api.PyCapsule_GetName.argtypes = [ctypes.py_object]
    api.PyCapsule_GetPointer.restype = ctypes.c_void_p
    api.PyCapsule_GetPointer.argtypes = [ctypes.py_object, ctypes.c_char_p]
    address = api.PyCapsule_GetPointer(capsule, api.PyCapsule_GetName(capsule))
    return ctypes.CFUNCTYPE(None, *[ctypes.c_void_p] * arguments)(address)


_spotrf = _routine(cython_lapack, "spotrf", 5)
_strsm = _routine(cython_blas, "strsm", 11)
