"""Decimal commas, as spreadsheets write them in half of Europe.

They are read where columns are separated by semicolons or tabs: between commas nobody can tell them from the
end of a cell.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from flows.laboratory.row import RefusedError, Row

NUMBERS = ("value", "uncertainty")
MARKED = re.compile(r"[+-]?\d*[.,][\d.,]*([eE][+-]?\d+)?")
GROUPED = re.compile(r"[+-]?[1-9]\d{0,2}((\.\d{3})+|(,\d{3})+)")
"""A thousand in groups, or a fraction of three digits."""

WITH_COMMA = re.compile(r"[+-]?(\d{1,3}(\.\d{3})+|\d*),\d*([eE][+-]?\d+)?")


def with_points(table: Sequence[Row], separator: str) -> tuple[list[Row], bool]:
    """Rows whose numbers have decimal points, and whether they had commas.

    Parameters
    ----------
    separator
        What stands between columns. It is a semicolon where commas stand in numbers, so that ``1,234`` is
        then a fraction.

    Raises
    ------
    RefusedError
        If a number may be a thousand or a fraction, and no other tells which mark the file uses.
    """
    numbers = [
        (row.place, column, cell)
        for row in table
        for column in NUMBERS
        if MARKED.fullmatch(cell := row.cells.get(column, ""))
    ]
    marks: dict[str, tuple[str, str]] = {}
    for place, _, cell in numbers:
        if (mark := _mark(cell, separator)) is not None:
            marks.setdefault(mark, (place, cell))
    if len(marks) == 2:
        (place, comma), (other, point) = marks[","], marks["."]
        raise RefusedError(
            f"{place}: '{comma}' has a decimal comma, but '{point}' a decimal point ({other}); "
            "write all numbers of a file in one way"
        )
    if "." in marks:
        return list(table), False
    if unclear := [
        f"{place}, column {column}: '{cell}' may be a thousand or a fraction; write it without groups, or "
        "with another number of decimals"
        for place, column, cell in numbers
        if _mark(cell, separator) is None and not (marks and "," in cell)
    ]:
        raise RefusedError(*unclear)
    return [replace(row, cells=_pointed(row.cells)) for row in table], bool(marks)


def _mark(cell: str, separator: str) -> str | None:
    """The decimal mark of a number; ``None`` where it may group thousands as well."""
    last = max(".,", key=cell.rfind)
    if GROUPED.fullmatch(cell) and (last, separator) != (",", ";"):
        return None
    return last


def _pointed(cells: Mapping[str, str]) -> dict[str, str]:
    return {
        column: cell.replace(".", "").replace(",", ".")
        if column in NUMBERS and WITH_COMMA.fullmatch(cell)
        else cell
        for column, cell in cells.items()
    }
