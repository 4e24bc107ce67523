"""The grid that exchange and correlation are integrated on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pyscf import gto, lib
from pyscf.dft.gen_grid import Grids
from pyscf.dft.numint import NumInt
from pyscf.dft.rks import RKS
from pyscf.dft.uks import UKS

from oracles.chemistry.theory import Grid

Block = tuple[Any, Any, Any, Any]


class KeptOrbitals(NumInt):  # type: ignore[misc]
    """PySCF's integration with the basis functions on the grid kept in memory from cycle to cycle.

    PySCF computes them anew in every cycle, a quarter of the time of a density-fitted iteration. They take
    ``points x functions x 4 x 8`` bytes (170 MB for N-methylpyrrolidone in 6-31++G**, on the grid that
    counts); where that is more than half of the memory left, this class does what PySCF does.
    """

    def __init__(self) -> None:
        super().__init__()
        self.keeping = True
        self._of: tuple[Any, int] | None = None
        self._blocks: list[Block] = []

    def block_loop(
        self,
        mol: gto.Mole,
        grids: Grids,
        nao: int | None = None,
        deriv: int = 0,
        max_memory: float = 2000,
        **rest: Any,  # noqa: ANN401 - PySCF's
    ) -> Iterator[Block]:
        """Yield functions, mask, weights and coordinates, one block of points after the other."""
        if grids.coords is None:
            grids.build(with_non0tab=True)
        if self._of is None or self._of[0] is not grids.coords or self._of[1] != deriv:
            self._of, self._blocks = None, []
            computed = super().block_loop(mol, grids, nao, deriv, max_memory, **rest)
            if not self._affordable(mol, grids, deriv):
                yield from computed
                return
            self._blocks = [(values.copy("K"), *others) for values, *others in computed]
            self._of = (grids.coords, deriv)
        yield from self._blocks

    def _affordable(self, mol: gto.Mole, grids: Grids, deriv: int) -> bool:
        if not self.keeping or deriv > 1:
            return False
        components = 1 if deriv == 0 else 4
        left = mol.max_memory - lib.current_memory()[0]
        return bool(len(grids.weights) * mol.nao * components * 8e-6 < left / 2)


def set_grid(mf: RKS | UKS, grid: Grid, *, once: bool = False) -> None:
    """Lay out another grid; it is built when it is first needed.

    Parameters
    ----------
    once
        Whether it is integrated on only once, so that nothing is worth keeping.
    """
    before = (mf.grids.level, mf.grids.atom_grid)
    if isinstance(grid, int):
        mf.grids.level, mf.grids.atom_grid = grid, {}
    else:
        hydrogen, other = grid
        symbols = {mf.mol.atom_pure_symbol(k) for k in range(mf.mol.natm)}
        mf.grids.atom_grid = {s: hydrogen if s == "H" else other for s in symbols}
    if (mf.grids.level, mf.grids.atom_grid) != before:
        mf.grids.reset()
    if isinstance(mf._numint, KeptOrbitals):
        mf._numint.keeping = not once
