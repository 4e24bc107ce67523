"""Read a laboratory's file into rows of text, or say why it cannot be one."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from flows.laboratory.columns import KNOWN
from flows.store import StoreError
from loop.parts import nearest

MAX_BYTES = 50_000_000
MOST_SHOWN = 50


class LaboratoryFileError(StoreError):
    """A laboratory's file that cannot be taken in; the message names the file and every bad line."""


def rows(file: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Line number and cells of each row that is not blank."""
    reader = csv.reader(io.StringIO(_text(file), newline=""), strict=True)
    try:
        header = next(reader, None)
        if header is None:
            raise LaboratoryFileError(
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
                raise LaboratoryFileError(
                    f"{file}, line {line}: {len(cells)} cells under {len(names)} columns; a text with "
                    'a comma needs quotes ("...")'
                )
            yield line, {name: cell.strip() for name, cell in zip(names, cells, strict=True)}
    except csv.Error as error:
        raise LaboratoryFileError(f"{file}, line {reader.line_num}: not CSV: {error}") from error


def _text(file: Path) -> str:
    try:
        if file.stat().st_size > MAX_BYTES:
            raise LaboratoryFileError(
                f"{file}: {file.stat().st_size / 1e6:.0f} MB; {MAX_BYTES / 1e6:.0f} MB are the most"
            )
        content = file.read_bytes()
    except OSError as error:
        raise LaboratoryFileError(f"{file}: cannot be read: {error.strerror}") from error
    if content.startswith(b"PK") or content.startswith(b"\xd0\xcf\x11\xe0"):
        raise LaboratoryFileError(f"{file}: a spreadsheet; save it as CSV (UTF-8) and import that")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise LaboratoryFileError(
            f"{file}: not UTF-8 text, see byte {error.start}; save it as CSV (UTF-8)"
        ) from error
    if "\0" in text:
        raise LaboratoryFileError(f"{file}: not a text file, it holds a NUL byte")
    return text


def _header(file: Path, header: Sequence[str]) -> list[str]:
    names = [cell.strip().lower() for cell in header]
    if len(names) == 1 and (mark := re.search(r"[;\t|]", names[0])):
        raise LaboratoryFileError(f"{file}: columns must be separated by commas, not {mark.group()!r}")
    problems = [
        f"{file}, line 1: there is no column '{name}'; {nearest(name, KNOWN)}"
        if name not in KNOWN
        else f"{file}, line 1: the column '{name}' is there twice"
        for k, name in enumerate(names)
        if name not in KNOWN or name in names[:k]
    ]
    problems += [
        f"{file}, line 1: a column '{name}' is needed"
        for name in ("property", "value", "unit")
        if name not in names
    ]
    if not {"request", "smiles"} & set(names):
        problems.append(f"{file}, line 1: a column 'request' or 'smiles' is needed")
    if problems:
        raise LaboratoryFileError(shortened(problems))
    return names


def shortened(problems: Sequence[str]) -> str:
    """The first of many problems, and how many more there are."""
    more = len(problems) - MOST_SHOWN
    return "\n".join([*problems[:MOST_SHOWN], *([f"and {more} more"] if more > 0 else [])])
