"""Read a laboratory's file into rows of text, or say why it cannot be one."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from flows.laboratory.columns import column_problems
from flows.laboratory.row import RefusedError, Row

MAX_BYTES = 50_000_000


def rows(file: Path) -> Iterator[Row]:
    """Each row that is not blank.

    Raises
    ------
    RefusedError
        If the file cannot be read as CSV or has other columns than it should.
    """
    reader = csv.reader(io.StringIO(_text(file), newline=""), strict=True)
    try:
        header = next(reader, None)
        if header is None:
            raise RefusedError(
                f"{file}: empty; 'zincloop lab requests CAMPAIGN --csv FILE' writes a file to fill in"
            )
        names = _header(file, header)
        while True:
            line = reader.line_num + 1
            cells = next(reader, None)
            if cells is None:
                return
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(names):
                raise RefusedError(
                    f"{file}, line {line}: {len(cells)} cells under {len(names)} columns; a text with "
                    'a comma needs quotes ("...")'
                )
            yield Row(
                f"{file}, line {line}",
                {name: cell.strip() for name, cell in zip(names, cells, strict=True)},
            )
    except csv.Error as error:
        raise RefusedError(f"{file}, line {reader.line_num}: not CSV: {error}") from error


def _text(file: Path) -> str:
    try:
        if file.stat().st_size > MAX_BYTES:
            raise RefusedError(
                f"{file}: {file.stat().st_size / 1e6:.0f} MB; {MAX_BYTES / 1e6:.0f} MB are the most"
            )
        content = file.read_bytes()
    except OSError as error:
        raise RefusedError(f"{file}: cannot be read: {error.strerror}") from error
    if content.startswith(b"PK") or content.startswith(b"\xd0\xcf\x11\xe0"):
        raise RefusedError(f"{file}: a spreadsheet; save it as CSV (UTF-8) and import that")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise RefusedError(
            f"{file}: not UTF-8 text, see byte {error.start}; save it as CSV (UTF-8)"
        ) from error
    if "\0" in text:
        raise RefusedError(f"{file}: not a text file, it holds a NUL byte")
    return text


def _header(file: Path, header: Sequence[str]) -> list[str]:
    names = [cell.strip().lower() for cell in header]
    if len(names) == 1 and (mark := re.search(r"[;\t|]", names[0])):
        raise RefusedError(f"{file}: columns must be separated by commas, not {mark.group()!r}")
    if problems := column_problems(names):
        raise RefusedError(*(f"{file}, line 1: {problem}" for problem in problems))
    return names
