"""Cells of CSV files that no spreadsheet takes for a formula.

Source: OWASP, "CSV Injection": a cell that begins with = + - @, a tab or a line break may run.
"""

import pandas as pd

DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n")
MARK = "'"


def guard_cell(text: str) -> str:
    """Return a text with an apostrophe before what a spreadsheet would take for a formula."""
    return MARK + text if text.lstrip(MARK).startswith(DANGEROUS) else text


def unguard_cell(text: str) -> str:
    """Take off the apostrophe that `guard_cell` put there; other texts stay as they are."""
    is_guarded = text.startswith(MARK) and text.lstrip(MARK).startswith(DANGEROUS)
    return text[1:] if is_guarded else text


def frame_as_csv(frame: pd.DataFrame) -> bytes:
    """Return UTF-8 CSV with a header that spreadsheets open right; no cell runs as a formula."""
    words = {
        name: [guard_cell(cell) if isinstance(cell, str) else cell for cell in column]
        for name, column in frame.items()
    }
    return frame.assign(**words).to_csv(index=False).encode("utf-8-sig")
