"""Densities by plain PySCF, each computed once for the rows that time it and those that compare with it."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

from benchmarks.oracle_rows import plain
from benchmarks.oracle_rows.children import call
from benchmarks.oracle_rows.plain import Recipe
from benchmarks.oracle_rows.row import Options
from benchmarks.oracle_rows.structure import Structure
from benchmarks.rows import processor
from loop.records import digest


def timed(structure: Structure, recipe: Recipe, options: Options) -> dict[str, Any]:
    """The answer of a child that nothing has helped, with its ``cpu_seconds``; ``error`` if it has none."""
    kept = options.kept("plain", {"processor": processor()})
    argument = plain.job(structure, recipe)
    once = partial(call, "benchmarks.oracle_rows.plain:solve", argument, options.deadline)
    return kept.once(digest(argument), once)


def solved(structure: Structure, recipe: Recipe, options: Options) -> dict[str, Any]:
    """The same value, timed before or by a shorter way; its ``cpu_seconds`` mean nothing."""
    kept = options.kept("plain", {"processor": processor()})
    before = kept.rows().get(digest(plain.job(structure, replace(recipe, helped=False))))
    return before or timed(structure, replace(recipe, helped=True), options)
