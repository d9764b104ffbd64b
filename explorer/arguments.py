"""Whether what a caller gave is of the types that a method declares."""

import functools
import inspect
from collections.abc import Callable
from numbers import Real
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

import numpy as np

from commandline.words import is_utf8
from explorer.errors import BadInput

OWN_WORDS = ("query", "source")  # what takes them says more of what they may be
Checked = TypeVar("Checked", bound=type)


def check_arguments(of: Checked) -> Checked:
    """Let a class's public methods refuse arguments of other types than they declare: BadInput.

    Numbers are left to the methods, which know their ranges.
    """
    for name, method in list(vars(of).items()):
        if inspect.isfunction(method) and (name == "__init__" or not name.startswith("_")):
            setattr(of, name, _checked(method))
    return of


def check_argument(name: str, value: Any, hint: Any) -> None:
    """Refuse a value that is of none of the types that a hint names, and text that cannot be kept.

    Raises:
        BadInput: it is not, or holds half a letter; names of files, which may be paths, do.
    """
    kinds = get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)
    plain = [get_origin(kind) or kind for kind in kinds]
    if not any(_is_a(value, kind) for kind in plain):
        words = " or ".join("None" if kind is NoneType else kind.__name__ for kind in plain)
        raise BadInput(f"{name} must be {words}, not {value!r:.80}.")
    if isinstance(value, str) and Path not in plain and not is_utf8(value):
        raise BadInput(f"{name} must be text in UTF-8, not {value!r:.80}.")


def _is_a(value: Any, kind: Any) -> bool:
    if kind in (Any, int, float):
        return True
    return isinstance(value, (Real, np.bool_) if kind is bool else kind)


def _checked(method: Callable[..., Any]) -> Callable[..., Any]:
    signature, hints = inspect.signature(method), get_type_hints(method)

    @functools.wraps(method)
    def call(*given: Any, **named: Any) -> Any:
        try:
            bound = signature.bind(*given, **named)
        except TypeError:
            return method(*given, **named)  # Python's own words name the method
        for name, value in bound.arguments.items():
            if name not in OWN_WORDS:
                check_argument(name, value, hints.get(name, Any))
        return method(*given, **named)

    return call
