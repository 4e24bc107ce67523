"""Second derivatives by GFN2."""

from __future__ import annotations

import numpy as np
import pytest
from ase.data import atomic_masses, atomic_numbers
from ase.units import _amu, _me

from loop.molecule import parse
from oracles.chemistry import semiempirical
from oracles.chemistry.ligand import prepare


@pytest.mark.parametrize(("smiles", "stretch"), [("O=C=O", 2349), ("C#N", 3311)])
def test_the_highest_vibration_is_about_the_measured_one(smiles: str, stretch: float) -> None:
    """In 1/cm, fundamentals of NIST CCCBDB; harmonic GFN2 is some ten percent off."""
    geometry = prepare(parse(smiles), water=False).conformers[0]
    found = semiempirical.hessian(geometry, water=False)
    assert np.allclose(found, found.T)
    masses = np.repeat([atomic_masses[atomic_numbers[s]] for s in geometry.symbols], 3) * _amu / _me
    squares = np.linalg.eigvalsh(found / np.sqrt(np.outer(masses, masses)))
    wavenumbers = np.sqrt(np.abs(squares)) * 219474.63
    assert wavenumbers[-1] == pytest.approx(stretch, rel=0.12)
    # Translations and rotations of a linear molecule cost nothing.
    assert np.sort(wavenumbers)[:5].max() < 60
