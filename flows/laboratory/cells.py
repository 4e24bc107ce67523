"""Single cells of what a laboratory sends: what they may hold, and what a spreadsheet has done to them."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime, timedelta

from flows.laboratory.columns import INFORMING

MAX_CELL = 2_000
YES, NO = frozenset({"yes", "y", "true", "1"}), frozenset({"no", "n", "false", "0"})
FORMULA_STARTS = ("=", "+", "@")
DATES = (
    r"\d{4}-\d\d?-\d\d?.*",
    r"\d\d?[./]\d\d?[./]\d{2,4}.*",
    r"\d\d?[.\- ]*[A-Za-z]{3,9}[.\- ]*\d*",
    r"[A-Za-z]{3}[.\- ]*\d+",
)
"""How a spreadsheet shows what it took for a date."""


MISSING = frozenset({"n/a", "na", "n.a.", "-", "--", "none", "null", "not measured", "?"})


class CellError(ValueError):
    """One bad cell: the column, and what is wrong with it."""

    def __init__(self, column: str, sentence: str) -> None:
        super().__init__(f"column {column}: {sentence}")


def check_text(column: str, cell: str) -> None:
    """Refuse what no cell may hold.

    Raises
    ------
    CellError
        If it is too long, holds control characters, or is a spreadsheet's formula.
    """
    if len(cell) > MAX_CELL:
        raise CellError(column, f"{len(cell)} characters; {MAX_CELL} are the most")
    if any(ord(c) < 32 and c not in "\n\r\t" for c in cell):
        raise CellError(column, "holds a control character")
    if column not in {"smiles", *INFORMING} and cell.startswith(FORMULA_STARTS) and not _is_number(cell):
        raise CellError(column, f"'{cell}' is a formula; write what it gives")


def number(column: str, cell: str) -> float:
    """A finite number, written with a point; a minus as texts have it is one, too.

    Raises
    ------
    CellError
        If it is none, with what it seems to be instead.
    """
    cell = cell.replace("−", "-")
    if _is_number(cell):
        found = float(cell)
        if not math.isfinite(found):
            raise CellError(column, f"'{cell}' is not finite; leave the cell empty if it was not measured")
        return found
    if match := re.fullmatch(r"[+-]?[1-9]\d{0,2}([ ,'’\u00a0\u202f])\d{3}(\1\d{3})*(\.\d+)?", cell):
        whole = re.sub(r"[^\d.+-]", "", cell)
        fraction = (
            f" or {cell.replace(',', '.')}"
            if match[1] == "," and cell.count(",") == 1 and not match[3]
            else ""
        )
        raise CellError(column, f"'{cell}' has a mark between thousands; write {whole}{fraction}")
    if re.fullmatch(r"[+-]?(\d{1,3}(\.\d{3})+|\d+),\d+", cell):
        point = cell.replace(".", "").replace(",", ".")
        raise CellError(column, f"'{cell}' has a decimal comma; write {point}")
    if any(re.fullmatch(date, cell) for date in DATES):
        raise CellError(column, f"'{cell}' is a date; spreadsheets make dates of numbers, see the original")
    if cell.lower() in MISSING:
        raise CellError(column, f"'{cell}' is not a number; leave the cell empty if it was not measured")
    if match := re.fullmatch(r"([+-]?[\d.,]+(?:[eE][+-]?\d+)?)\s*([^\d\s.,'’].*)", cell):
        raise CellError(column, f"'{cell}' is not a number; '{match[2]}' belongs into the column unit")
    raise CellError(column, f"'{cell}' is not a number")


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return "_" not in cell  # to Python 1_000 is a number


def flag(column: str, cell: str, default: bool) -> bool:
    """Yes or no, ``default`` where nothing is written.

    Raises
    ------
    CellError
        If it is neither.
    """
    if not cell:
        return default
    if cell.lower() not in YES | NO:
        raise CellError(column, f"'{cell}' is neither yes nor no")
    return cell.lower() in YES


def replicate(cell: str) -> str:
    """Which replicate; the first where nothing is written, and 2 for a spreadsheet's 2.0 or 2,0."""
    return re.sub(r"^(\d+)[.,]0+$", r"\1", cell) or "1"


def day(cell: str) -> str:
    """A date in ISO 8601, or nothing.

    Raises
    ------
    CellError
        If it is no date or lies in the future.
    """
    if not cell:
        return ""
    today = datetime.now(UTC).date()
    try:
        found = datetime.fromisoformat(cell).date()
    except ValueError:
        raise CellError("date", f"'{cell}' is not a date; write it like {today.isoformat()}") from None
    if found > today + timedelta(days=1):  # a laboratory east of Greenwich is a day ahead
        raise CellError("date", f"{cell} has not come yet")
    return cell
