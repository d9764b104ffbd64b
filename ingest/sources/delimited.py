"""Rows of CSV and TSV files, whatever their quoting, read as a stream.

Quotes are taken for quotes only where they close again: a lone quote in a description must not
swallow the rows that follow it, as it does with the csv module alone.
"""

import csv
import re
from collections import deque
from collections.abc import Iterator

from ingest.sources.addresses import ENDING

LONGEST_RECORD = 100_000  # characters that are read on for the end of a quoted field
ESCAPED = re.compile(r'(?<!\\)((?:\\\\)*)\\"')  # a quote as Spark and MySQL write it
RULER = re.compile(r"\s*\|?(\s*:?-{3,}:?\s*\|)+(\s*:?-{3,}:?)?\s*")  # below Markdown's names
csv.field_size_limit(1 << 27)


def records(lines: Iterator[str], delimiter: str) -> Iterator[list[str] | None]:
    """Split lines into records of as many fields as the first has.

    Missing fields at the end are empty, surplus empty ones are dropped, and a sentence that nobody
    quoted is one field for all its commas. None stands for a record with too many fields. Blank
    lines are skipped.
    """
    n = 0
    for fields in split_records(lines, delimiter):
        n = n or len(fields)
        if any(fields[n:]):
            yield _join_sentence(fields, n, delimiter)
        else:
            yield [*fields[:n], *[""] * (n - len(fields))]


def _join_sentence(fields: list[str], n: int, delimiter: str) -> list[str] | None:
    """Return n fields, where a space behind the delimiter shows that it parts none; else None.

    Of a picture and one text beside it each delimiter is the text's.
    """
    joined: list[str] = []
    for field in fields:
        if joined and field.startswith(" "):
            joined[-1] += delimiter + field
        else:
            joined.append(field)
    if len(joined) > n == 2 and ENDING.search(fields[0]):
        return [fields[0], delimiter.join(fields[1:])]
    if len(joined) > n == 2 and ENDING.search(fields[-1]):
        return [delimiter.join(fields[:-1]), fields[-1]]
    return joined if len(joined) == n else None


def split_records(lines: Iterator[str], delimiter: str) -> Iterator[list[str]]:
    """Split lines into records of as many fields as each has; blank lines are skipped."""
    n = 0
    waiting: deque[str] = deque()
    while (line := _next_line(waiting, lines)) is not None:
        if not line.strip(" \t,;|") or RULER.fullmatch(line):
            continue
        fields = line.split(delimiter.strip(" ") or None)
        if '"' in line:
            fields = _unquote(line, waiting, lines, delimiter, n) or fields
        n = n or len(fields)
        yield fields


def _next_line(waiting: deque[str], lines: Iterator[str]) -> str | None:
    if waiting:
        return waiting.popleft()
    line = next(lines, None)
    return line and line.replace("\0", "").rstrip("\r\n")


def _unquote(
    line: str, waiting: deque[str], lines: Iterator[str], delimiter: str, n: int
) -> list[str] | None:
    """Return the fields of a record with quotes in it, None where they are none.

    Args:
        waiting: takes the lines that were read in vain.
        n: fields of the first record, 0 for that one.
    """
    read = [line]
    size = len(line)
    fields, is_open = _read_quoted(line, delimiter, n)
    while is_open and size <= LONGEST_RECORD:
        following = _next_line(waiting, lines)
        if following is None:
            break
        read.append(following)
        size += len(following)
        if delimiter == "\t" and n > 2 and following.count("\t") == n - 1:
            break  # a whole row of its own, so the quote before it was a lone one
        if '"' in following:
            fields, is_open = _read_quoted("\n".join(read), delimiter, n)
    if fields is None or (len(read) > 1 and n and len(fields) != n):
        waiting.extendleft(reversed(read[1:]))
        return None
    return fields


def _read_quoted(text: str, delimiter: str, n: int) -> tuple[list[str] | None, bool]:
    """Return the fields of a text; where they cannot be read, whether its end may be missing."""
    spaced = delimiter + ' "' in text.partition("\n")[0]  # as people type a list
    is_open = False
    for spelled in dict.fromkeys((text, ESCAPED.sub(r'\1""', text))):
        try:
            read = csv.reader([spelled], delimiter=delimiter, strict=True, skipinitialspace=spaced)
            fields = next(read)
        except csv.Error as error:
            is_open |= "unexpected end of data" in str(error)
            continue
        if spelled is text or not n or len(fields) == n:
            return fields, False
    return None, is_open
