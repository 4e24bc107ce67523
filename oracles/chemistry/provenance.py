"""Which programs a number came from."""

from __future__ import annotations

from importlib.metadata import version

PROGRAMS = ("pyscf", "pyscf-dispersion", "tblite", "rdkit", "ase", "geometric")


def versions() -> dict[str, str]:
    """Versions of the programs that make geometries and energies."""
    return {name: version(name) for name in PROGRAMS}
