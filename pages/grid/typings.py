"""`python -m pages.grid.typings`: write each contract.d.ts, the scripts' view of contract.py."""

import types
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin

from typing_extensions import get_type_hints, is_typeddict

from pages.grid import contract as grid
from pages.mapping import contract as mapping

CONTRACTS = (grid, mapping)
PLAIN = {str: "string", int: "number", float: "number", bool: "boolean", type(None): "null"}
# Any field of a union can be asked for: what one of its members lacks is undefined there.
HEADER = """\
// Made by `python -m pages.grid.typings` from contract.py: change that, not this.
type Keys<T> = T extends unknown ? keyof T : never;
type Filled<T, All = T> = T extends unknown
  ? T & { [name in Exclude<Keys<All>, keyof T>]?: undefined }
  : never;
"""


def find_target(contract: types.ModuleType) -> Path:
    """Return the file of a contract's declarations."""
    return Path(str(contract.__file__)).with_suffix(".d.ts")


def declare_contract(contract: types.ModuleType) -> str:
    """Return the TypeScript declarations of everything that a contract defines."""
    parts = [HEADER]
    for name, value in vars(contract).items():
        if is_typeddict(value) and value.__module__ == contract.__name__:
            parts.append(_declare_object(value))
        elif get_origin(value) in (Literal, Union, types.UnionType):
            written = _write_type(value)
            filled = f"Filled<{written}>" if all(map(is_typeddict, get_args(value))) else written
            parts.append(f"export type {name} = {filled};\n")
    return "\n".join(parts)


def _declare_object(described: Any) -> str:
    hints = get_type_hints(described)
    fields = "".join(
        f"  {name}{'' if name in described.__required_keys__ else '?'}: {_write_type(hint)};\n"
        for name, hint in hints.items()
    )
    return f"export interface {described.__name__} {{\n{fields}}}\n"


def _write_type(hint: Any) -> str:
    origin, inner = get_origin(hint), get_args(hint)
    if hint in PLAIN:
        return PLAIN[hint]
    if is_typeddict(hint):
        return str(hint.__name__)
    if origin is Literal:
        return " | ".join(f'"{value}"' if isinstance(value, str) else str(value) for value in inner)
    if origin in (Union, types.UnionType):
        return " | ".join(map(_write_type, inner))
    if origin is list:
        return f"Array<{_write_type(inner[0])}>"
    if origin is tuple:
        return f"[{', '.join(map(_write_type, inner))}]"
    if origin is dict:
        return f"{{ [name: string]: {_write_type(inner[1])} }}"
    raise TypeError(f"contract.py uses {hint}, which has no counterpart here: add one.")


if __name__ == "__main__":
    for module in CONTRACTS:
        find_target(module).write_text(declare_contract(module), encoding="utf-8")
