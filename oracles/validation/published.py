"""HOMO and LUMO in water of molecules whose orbitals a paper on generated additives gives."""

from __future__ import annotations

from dataclasses import dataclass

from oracles.validation.calculation import Asked
from oracles.validation.check import Check, Group, near

SOURCE = "Yoon et al., 10.3390/app15073640"


@dataclass(frozen=True)
class Published:
    """One molecule of the paper.

    Attributes
    ----------
    homo, lumo
        B3LYP/6-31++G(d,p), in eV. The paper does not say so, but they are those in implicit water: in gas
        BF3 has -11.97 and -0.50 eV.
    tolerance
        In eV. The paper gives no geometry; ours differ more where a ring and a nitro group can turn.
    dear
        Whether it is relaxed with density-functional forces, which takes minutes: only of the full table.
    """

    name: str
    smiles: str
    homo: float
    lumo: float
    tolerance: float
    dear: bool = False


MOLECULES = (
    Published("boron trifluoride", "FB(F)F", -11.9267, -0.3782, 0.05),
    Published("bicyclobutane", "C1C2C1C2", -6.6477, 0.0571, 0.05),
    Published("nitrobenzothiadiazolamine", "NN1SNc2cccc([N+](=O)[O-])c21", -6.2178, -3.0068, 0.10, dear=True),
    Published(
        "trichloromethyl benzothiadiazole", "Clc1cc2c(cc1C(Cl)(Cl)Cl)NSN2", -5.7443, -1.736, 0.10, dear=True
    ),
)


SETTINGS: tuple[tuple[str, str], ...] = ()
"""Of the oracle, which relaxes all four with density-functional forces by itself. At GFN2 geometries the LUMO
of BF3 is 0.06 and the HOMO of bicyclobutane 0.15 eV off."""


def checks(full: bool) -> tuple[Check, ...]:
    """HOMO and LUMO of two, or with ``full`` of all four, by the oracle with ``SETTINGS``."""
    return tuple(
        near(
            f"{molecule.name} {key.upper()}",
            getattr(molecule, key),
            molecule.tolerance,
            "eV",
            SOURCE,
            Asked("orbitals", molecule.smiles, SETTINGS),
            key,
        )
        for molecule in MOLECULES
        if full or not molecule.dear
        for key in ("homo", "lumo")
    )


GROUP = Group(
    "paper",
    f"HOMO and LUMO in water, oracle orbitals, against a paper's ({SOURCE})",
    "geometries, basis set or implicit water of the orbitals changed",
    checks,
)
