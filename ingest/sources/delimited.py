"""Rows of CSV and TSV files, whatever their quoting, read as a stream.

Quotes are taken for quotes only where they close again: a lone quote in a description must not
swallow the rows that follow it, as it does with the csv module alone.
"""

import csv
from collections.abc import Iterator
from itertools import chain

LONGEST_RECORD = 64  # lines that one quoted field may span
csv.field_size_limit(1 << 27)


def records(lines: Iterator[str], delimiter: str) -> Iterator[list[str] | None]:
    """Split lines into records of as many fields as the first has.

    Missing fields at the end are empty, surplus empty ones are dropped. None stands for a record
    with too many fields. Blank lines are skipped.
    """
    n = 0
    for fields in split_records(lines, delimiter):
        n = n or len(fields)
        surplus = fields[n:]
        yield None if any(surplus) else [*fields[:n], *[""] * (n - len(fields))]


def split_records(lines: Iterator[str], delimiter: str) -> Iterator[list[str]]:
    """Split lines into records of as many fields as each has; blank lines are skipped."""
    n = 0
    waiting: Iterator[str] = lines
    while (line := next(waiting, None)) is not None:
        line = line.replace("\0", "").rstrip("\r\n")
        if not line.strip(" \t,;|"):
            continue
        if '"' in line:
            fields, ahead = _unquote(line, waiting, delimiter, n)
            waiting = chain(ahead, waiting) if ahead else waiting
        else:
            fields = line.split(delimiter)
        n = n or len(fields)
        yield fields


def _unquote(line: str, rest: Iterator[str], delimiter: str, n: int) -> tuple[list[str], list[str]]:
    """Return the fields of a record with quotes in it, and the lines read in vain."""
    ahead: list[str] = []
    text = line
    spaced = delimiter + ' "' in line  # as people type a list
    while True:
        try:
            read = csv.reader([text], delimiter=delimiter, strict=True, skipinitialspace=spaced)
            fields = next(read)
        except csv.Error as error:
            following = next(rest, None) if _open(error) and len(ahead) < LONGEST_RECORD else None
            if following is None:
                break
            ahead.append(following)
            if delimiter == "\t" and n > 2 and following.count("\t") == n - 1:
                break  # a whole row of its own, so the quote before it was a lone one
            text = text + "\n" + following.replace("\0", "").rstrip("\r\n")
            continue
        if not ahead or not n or len(fields) == n:
            return fields, []
        break
    return line.split(delimiter), ahead


def _open(error: csv.Error) -> bool:
    return "unexpected end of data" in str(error)
