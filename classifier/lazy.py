"""Attributes that are worked out once, when they are first asked for."""

from collections.abc import Callable
from typing import Any, Generic, TypeVar

Value = TypeVar("Value")


class lazy(Generic[Value]):  # noqa: N801 - read as a decorator
    """`functools.cached_property` without its lock.

    Before Python 3.12 all instances of a class share that lock: one person's fit would wait for
    another's. Two threads that ask one instance at once may work the value out twice.
    """

    def __init__(self, work_out: Callable[[Any], Value]) -> None:
        self._work_out = work_out
        self.__doc__ = work_out.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, instance: Any, owner: type | None = None) -> Value:
        if instance is None:
            return self  # type: ignore[return-value]  # as `help` asks for it
        value = self._work_out(instance)
        instance.__dict__[self._name] = value  # found before this attribute from now on
        return value
