"""Frechet ChemNet distance (Preuer et al., 10.1021/acs.jcim.8b00234), by an optional package."""

from __future__ import annotations

from collections.abc import Sequence

from loop.molecule import Molecule
from loop.protocols import PartError


class FrechetError(PartError):
    """The distance cannot be computed; the message says what to install."""


def frechet_distance(molecules: Sequence[Molecule], reference: Sequence[Molecule]) -> float:
    """Distance of two sets in the activations of ChemNet; 0 for the same, a few for sets alike.

    Raises
    ------
    FrechetError
        If the package is not installed.
    """
    try:
        from fcd import get_fcd, load_ref_model  # noqa: PLC0415 - an extra, and seconds to load
    except ImportError as error:
        raise FrechetError(
            "the Frechet ChemNet distance needs the package fcd: pip install 'zincloop[evaluation]'"
        ) from error
    return float(get_fcd([m.smiles for m in molecules], [m.smiles for m in reference], load_ref_model()))
