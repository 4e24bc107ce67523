"""Read a laboratory's file into rows of text, or say why it cannot be one."""

from __future__ import annotations

import codecs
import csv
import io
import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from flows.laboratory.columns import INFORMING, KNOWN, column_problems
from flows.laboratory.decimals import with_points
from flows.laboratory.row import RefusedError, Row

MAX_BYTES = 50_000_000
SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs"}


@dataclass(frozen=True)
class Table:
    """What a file holds.

    Attributes
    ----------
    rows
        Each row that is not blank; their numbers have decimal points.
    read_as
        What was made of separators and decimal commas, where they are not those of the table to fill in.
    """

    rows: list[Row]
    read_as: str = ""


def read(file: Path) -> Table:
    """Read a file.

    Raises
    ------
    RefusedError
        If it cannot be read as CSV, has other columns than it should, or a number that may mean two things.
    """
    text = _text(file)
    # Names of columns hold no separator.
    separator = max(SEPARATORS, key=re.split(r"[\r\n]", text.lstrip(), maxsplit=1)[0].count)
    rows = list(_rows(file, text, separator))
    if separator == ",":
        return Table(rows)
    rows, commas = with_points(rows, separator)
    read_as = f"columns separated by {SEPARATORS[separator]}" + (", decimal commas" if commas else "")
    return Table(rows, read_as)


def _rows(file: Path, text: str, separator: str) -> Iterator[Row]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    names: list[str] | None = None
    try:
        while True:
            line = reader.line_num + 1
            if (cells := next(reader, None)) is None:
                break
            cells = [cell.strip() for cell in cells]
            place = f"{file}, line {line}"
            if not any(cells):
                continue
            if names is None:
                names = _header(place, cells)
                continue
            # A spreadsheet adds empty cells to some rows, and leaves away those that only inform.
            least = len(names) - len(list(itertools.takewhile(INFORMING.__contains__, reversed(names))))
            if len(cells) < least or any(cells[len(names) :]):
                raise RefusedError(
                    f"{place}: {len(cells)} cells under {len(names)} columns{_advice(separator)}"
                )
            cells += [""] * (len(names) - len(cells))
            yield Row(place, dict(zip(names, cells, strict=False)))
    except csv.Error as error:
        raise RefusedError(f"{file}, line {reader.line_num}: not CSV: {error}") from error
    if names is None:
        raise RefusedError(
            f"{file}: empty; 'zincloop lab requests CAMPAIGN --csv FILE' writes a file to fill in"
        )


def _advice(separator: str) -> str:
    if separator == ",":
        return '; a text with a comma needs quotes ("..."), and a number a decimal point'
    return f'; a text with {separator!r} needs quotes ("...")'


def _header(place: str, cells: Sequence[str]) -> list[str]:
    names = [cell.lower() for cell in cells]
    while not names[-1]:
        names.pop()
    if not set(names) & set(KNOWN):
        raise RefusedError(
            f"{place}: names of columns are needed here, separated by commas; 'zincloop lab requests "
            "CAMPAIGN --csv FILE' writes them"
        )
    if problems := column_problems(names):
        raise RefusedError(*(f"{place}: {problem}" for problem in problems))
    return names


def _text(file: Path) -> str:
    try:
        if file.exists() and not file.is_file():
            raise RefusedError(f"{file}: not a file")
        if file.stat().st_size > MAX_BYTES:
            raise RefusedError(
                f"{file}: {file.stat().st_size / 1e6:.0f} MB; {MAX_BYTES / 1e6:.0f} MB are the most"
            )
        content = file.read_bytes()
    except OSError as error:
        raise RefusedError(f"{file}: cannot be read: {error.strerror}") from error
    if content.startswith(b"PK") or content.startswith(b"\xd0\xcf\x11\xe0"):
        raise RefusedError(f"{file}: a spreadsheet; save it as CSV (UTF-8) and import that")
    marked = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))  # Excel's "Unicode Text"
    if b"\0" in content and not marked:
        raise RefusedError(f"{file}: not a text file, it holds a NUL byte")
    try:
        return content.decode("utf-16" if marked else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise RefusedError(
            f"{file}: not UTF-8 text, see byte {error.start}; save it as CSV (UTF-8)"
        ) from error
