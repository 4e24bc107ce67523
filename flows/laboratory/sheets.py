"""What the laboratory is asked, on paper: a table to fill in, and a page to print."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from flows.exporting import harmless
from flows.laboratory.asking import Open, free_replicates, open_requests, people, to_fill_in
from flows.laboratory.row import RefusedError
from flows.laboratory.taking import take
from flows.opening import Opened
from flows.report.drawing import draw
from flows.store import StoreError
from generators.corpus.entries import cas_numbers
from loop.campaign import State
from oracles.contained.spool import write_text


def write_requests(
    opened: Opened, table: Path | None, sheet: Path | None, semicolons: bool = False
) -> list[Open]:
    """Write what is asked as CSV, as a page to print, or both.

    Parameters
    ----------
    semicolons
        Between the columns of the table, instead of commas.

    Raises
    ------
    StoreError
        If the campaign asks no laboratory, a file cannot be written, or would replace one that is
        something else or holds readings that were not imported.
    """
    state = opened.ledger.state()
    asked = open_requests(opened, state)
    if table is not None:
        _check_imported(opened, table)
    if sheet is not None:
        _check_page(sheet)
    if table is not None:
        text = harmless(to_fill_in(asked, state)).to_csv(index=False, sep=";" if semicolons else ",")
        # Without the mark Excel would not know an ohm sign from three letters.
        _write(table, text if text.isascii() else f"\ufeff{text}")
    if sheet is not None:
        _write(sheet, _page(opened, state, asked))
    return asked


def _check_imported(opened: Opened, table: Path) -> None:
    """What was filled in by hand is not to be replaced by empty cells."""
    if not table.is_file() or not table.stat().st_size:
        return
    try:
        left = len(take(opened, table, dry=True, unsolicited=True).intake.news)
    except RefusedError as error:
        raise StoreError(
            f"{table}: is there already, and cannot be imported, so it is not replaced; give another name "
            f"({error.sentences[0]})"
        ) from error
    if left:
        raise StoreError(
            f"{table}: not replaced, as it holds readings that are not imported yet ({left}); "
            f"'zincloop lab import {opened.store.directory} {table}' takes them in"
        )


def _check_page(sheet: Path) -> None:
    """A campaign file given by mistake is not to be replaced, either."""
    try:
        there = sheet.read_bytes()[:50] if sheet.is_file() else b""
    except OSError as error:
        raise StoreError(f"{sheet}: cannot be read: {error.strerror}") from error
    if there and not there.startswith(b"<!doctype html>"):
        raise StoreError(f"{sheet}: is there already, and no page, so it is not replaced; give another name")


def _write(path: Path, text: str) -> None:
    try:
        write_text(path, text)
    except OSError as error:
        raise StoreError(f"{path}: cannot be written: {error.strerror}") from error


def _page(opened: Opened, state: State, asked: Sequence[Open]) -> str:
    environment = Environment(
        loader=PackageLoader("flows"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    cas = cas_numbers()
    return environment.get_template("requests.html").render(
        name=opened.assembled.definition.name,
        today=datetime.now(UTC).date().isoformat(),
        assays=[assay for oracle in people(opened) for assay in oracle.wanted],
        requests=[
            {
                "open": request,
                "svg": draw(request.pick.candidate.molecule),
                "formula": request.pick.candidate.molecule.formula,
                "cas": cas.get(request.pick.candidate.molecule.smiles, ""),
                "cells": [(a, name) for a in request.missing for name in free_replicates(request, a, state)],
            }
            for request in asked
        ],
    )
