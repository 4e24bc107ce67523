"""Implicit solvent at almost no cost beside the gas-phase calculation."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from pyscf import df, gto, lib
from pyscf.solvent.pcm import PCM
from pyscf.solvent.smd import SMD

from oracles.chemistry.geometry import FloatArray
from oracles.chemistry.theory import Continuum

BLOCK = 200
"""Surface points whose integrals are computed, and kept, together: 130 MB with 400 basis functions."""


class StoredPCM(PCM):  # type: ignore[misc]
    """PySCF's PCM with the integrals between electron pairs and surface charges kept in memory.

    PySCF computes them anew, without using their symmetry, twice in every cycle, which makes C-PCM on
    [Zn(H2O)6]2+ four times as dear as gas. Kept in packed form they take
    ``surface points x n (n + 1) / 2 x 8`` bytes (150 MB there, 1.5 GB with hexamethylphosphoramide). They
    are kept for as many points as the memory given has room for, and computed anew for the others.
    """

    def __init__(self, mol: gto.Mole, *rest: str) -> None:
        super().__init__(mol, *rest)
        self.kept: dict[int, FloatArray] = {}

    def reset(self, mol: gto.Mole | None = None) -> StoredPCM:
        """Forget everything that belongs to a geometry."""
        super().reset(mol)
        self.kept = {}
        return self

    def build(self, ng: int | None = None) -> None:
        """Lay out the surface, and compute the integrals that will be kept."""
        super().build(ng)
        nbytes = BLOCK * self.mol.nao * (self.mol.nao + 1) // 2 * 8
        for start in range(0, len(self.surface["grid_coords"]), BLOCK):
            if start in self.kept:
                continue
            if nbytes * 1e-6 > self._memory_left_mb():
                break
            self.kept[start] = self._integrals(start)

    def _memory_left_mb(self) -> float:
        return float(self.max_memory - lib.current_memory()[0])

    def _integrals(self, start: int) -> FloatArray:
        """Those of a block of surface points, shape ``(n (n + 1) / 2, points)``, in hartree."""
        block = slice(start, start + BLOCK)
        coordinates, exponents = self.surface["grid_coords"][block], self.surface["charge_exp"][block]
        charges = gto.fakemol_for_charges(coordinates, expnt=exponents**2)
        charges.cart = self.mol.cart
        integral = self.mol._add_suffix("int3c2e")
        return np.asarray(df.incore.aux_e2(self.mol, charges, intor=integral, aosym="s2ij"))

    def _blocks(self) -> Iterator[tuple[slice, FloatArray]]:
        for start in range(0, len(self.surface["grid_coords"]), BLOCK):
            found = self.kept.get(start)
            yield slice(start, start + BLOCK), self._integrals(start) if found is None else found

    def _get_v(self, dms: FloatArray) -> FloatArray:
        """Potential of the electrons on the surface, shape ``(sets, points)``, in hartree/e."""
        packed = lib.pack_tril(dms + dms.transpose(0, 2, 1))
        diagonal = np.arange(dms.shape[-1])
        packed[:, diagonal * (diagonal + 3) // 2] *= 0.5
        return np.hstack([packed @ integrals for _, integrals in self._blocks()])

    def _get_vmat(self, q: FloatArray) -> FloatArray:
        """Matrix of the surface charges' potential, shape ``(sets, n, n)``, in hartree."""
        charges = q.reshape(-1, len(self.surface["grid_coords"]))
        packed = sum(integrals @ charges[:, block].T for block, integrals in self._blocks())
        return np.asarray(lib.unpack_tril(-np.asarray(packed).T))


class StoredSMD(StoredPCM, SMD):  # type: ignore[misc]
    """PySCF's SMD, which builds another surface and adds terms outside the density, with the same memory."""


def solvent(mol: gto.Mole, continuum: Continuum, memory_mb: int) -> StoredPCM:
    """Build PySCF's solvent object for a molecule."""
    if continuum.method == "SMD":
        pcm: StoredPCM = StoredSMD(mol, "water")
    else:
        pcm = StoredPCM(mol)
        pcm.method = continuum.method
    pcm.eps = continuum.permittivity
    pcm.lebedev_order = continuum.lebedev_order
    pcm.max_memory = memory_mb
    return pcm
