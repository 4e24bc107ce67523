"""Implicit solvent at almost no cost beside the gas-phase calculation."""

from __future__ import annotations

import numpy as np
from pyscf import df, gto, lib
from pyscf.solvent.pcm import PCM
from pyscf.solvent.smd import SMD

from oracles.chemistry.geometry import FloatArray
from oracles.chemistry.theory import Continuum


class StoredPCM(PCM):  # type: ignore[misc]
    """PySCF's PCM with the integrals between electron pairs and surface charges kept in memory.

    PySCF computes them anew, without using their symmetry, twice in every cycle, which makes C-PCM on
    [Zn(H2O)6]2+ four times as dear as gas. Kept in packed form they take
    ``surface points x n (n + 1) / 2 x 8`` bytes (150 MB there); where that exceeds the memory given,
    this class does what PySCF does.
    """

    def build(self, ng: int | None = None) -> None:
        """Lay out the surface and compute its integrals."""
        super().build(ng)
        self.integrals = self._pair_integrals()

    def _pair_integrals(self) -> FloatArray | None:
        coordinates, exponents = self.surface["grid_coords"], self.surface["charge_exp"]
        pairs = self.mol.nao * (self.mol.nao + 1) // 2
        if pairs * len(coordinates) * 8e-6 > self.max_memory - lib.current_memory()[0]:
            return None
        charges = gto.fakemol_for_charges(coordinates, expnt=exponents**2)
        charges.cart = self.mol.cart
        integral = self.mol._add_suffix("int3c2e")
        return np.asarray(df.incore.aux_e2(self.mol, charges, intor=integral, aosym="s2ij"))

    def _get_v(self, dms: FloatArray) -> FloatArray:
        """Potential of the electrons on the surface, shape ``(sets, points)``, in hartree/e."""
        if self.integrals is None:
            return np.asarray(super()._get_v(dms))
        packed = lib.pack_tril(dms + dms.transpose(0, 2, 1))
        diagonal = np.arange(dms.shape[-1])
        packed[:, diagonal * (diagonal + 3) // 2] *= 0.5
        return np.asarray(packed @ self.integrals)

    def _get_vmat(self, q: FloatArray) -> FloatArray:
        """Matrix of the surface charges' potential, shape ``(sets, n, n)``, in hartree."""
        if self.integrals is None:
            return np.asarray(super()._get_vmat(q))
        charges = q.reshape(-1, self.integrals.shape[1])
        return np.asarray(lib.unpack_tril(-(self.integrals @ charges.T).T))


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
