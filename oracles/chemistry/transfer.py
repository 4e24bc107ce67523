"""What can go from gas into water, and with what energy."""

from __future__ import annotations

from loop.molecule import Molecule, is_zwitterion
from loop.protocols import RejectedError
from oracles.chemistry.theory import uncovered

BELIEVABLE = (-2.0, 0.5)
"""In eV. The 643 measured neutral molecules of FreeSolv (10.1007/s10822-014-9747-x) lie between -1.11 and
+0.15 eV."""


def refusal(molecule: Molecule, covered: frozenset[str], why: str) -> str | None:
    """Say why a molecule has no free energy of hydration on this scale; ``None`` if it has.

    Parameters
    ----------
    covered, why
        Elements that can be computed, and what is wrong with the others.
    """
    if (reason := uncovered(molecule, covered, why)) is not None:
        return reason
    if molecule.charge:
        return (
            f"{molecule} has the charge {molecule.charge:+d}; the free energies of hydration of ions are ten "
            "times larger and their errors, too; give its neutral form"
        )
    if is_zwitterion(molecule):
        return f"{molecule} is a zwitterion, which does not exist in gas; give its neutral form"
    return None


def believe(molecule: Molecule, energy: float) -> None:
    """Check a free energy of hydration in eV.

    Raises
    ------
    RejectedError
        If it is beyond what a neutral molecule of the size of an additive can have.
    """
    low, high = BELIEVABLE
    if not low < energy < high:
        raise RejectedError(
            f"the free energy of hydration of {molecule} is {energy:.2f} eV, outside {low:g} to {high:g} eV"
        )
