"""A small network from a molecule's graph to what GFN1-xTB says of its electrons.

A surrogate that has seen twenty measurements cannot know what a nitro group does to an empty orbital; a table
of twenty thousand cheap calculations does. The network's answers are descriptors like any others: a Gaussian
process decides from the measurements how far they go. ``python -m surrogates.learned.train`` fits it to a
table of ``benchmarks/electronic_table.py``, which no measured and no DFT value enters.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load

from loop.objective import FloatArray

OUTPUTS = ("learned homo", "learned lumo", "learned dipole")
"""What comes out: orbital energies in eV and the dipole moment in debye, on the scale of GFN1-xTB."""

FOLDED = 2048
"""Counted environments are folded to so many inputs."""

WEIGHTS = "electronic.safetensors"

Array = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Network:
    """Two hidden layers with SiLU.

    Attributes
    ----------
    environments
        First layer's weights of the folded environments, shape ``(FOLDED, width)``.
    layers
        Weight and bias of each layer, the first one's weights being those of the descriptors.
    """

    environments: Array
    layers: tuple[tuple[Array, Array], ...]

    def __call__(self, places: NDArray[np.intp], counts: Array, descriptors: FloatArray) -> FloatArray:
        """Answer for one molecule, in the order of ``OUTPUTS``, standardised as in the training.

        Parameters
        ----------
        places, counts
            Inputs that its environments fold to, and the logarithm of one more than each count.
        descriptors
            Standardised descriptors, without weights.
        """
        (weight, bias), *rest = self.layers
        hidden: Array = counts @ self.environments[places] + descriptors.astype(np.float32) @ weight + bias
        for weight, bias in rest:
            hidden = np.asarray(hidden / (1.0 + np.exp(-hidden)), dtype=np.float32) @ weight + bias
        return np.asarray(hidden, dtype=np.float64)


def folded(codes: Mapping[int, int]) -> tuple[NDArray[np.intp], Array]:
    """Folded places and logarithmic counts of counted environments."""
    places = np.fromiter((code % FOLDED for code in codes), dtype=np.intp, count=len(codes))
    counts = np.fromiter(codes.values(), dtype=np.float32, count=len(codes))
    return places, np.log1p(counts)


@cache
def shipped() -> Network:
    """The network that ships with the project."""
    found = load(files("surrogates.learned").joinpath(WEIGHTS).read_bytes())
    depth = sum(name.startswith("weight") for name in found)
    return Network(
        found["environments"], tuple((found[f"weight{k}"], found[f"bias{k}"]) for k in range(depth))
    )
