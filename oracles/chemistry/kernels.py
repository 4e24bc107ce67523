"""The matrix products of PySCF at the speed of the processor."""

from __future__ import annotations

import os
from pathlib import Path

VARIABLE = "OPENBLAS_CORETYPE"
"""By which OpenBLAS is told the processor, when it is loaded."""

NEEDED = frozenset({"avx2", "fma"})
KERNEL = "Haswell"
"""What every processor with these instructions runs; newer kernels gain little, and some of that age err."""

CPU = Path("/proc/cpuinfo")


def tell_openblas() -> None:
    """Name the processor, unless the user did, to the OpenBLAS that comes with PySCF.

    The wheels (2.14 still) bring version 0.3.3 of 2018. Of a processor younger than itself it knows nothing,
    and takes kernels for any of the last twenty years: on an AMD EPYC of family 25 products of matrices take
    three times as long, and the density of a complex twice. Has to be called before PySCF is imported.
    """
    if VARIABLE not in os.environ and instructions() >= NEEDED:
        os.environ[VARIABLE] = KERNEL


def instructions() -> frozenset[str]:
    """Extensions that the processor has, by their Linux names; empty where they cannot be read."""
    try:
        lines = CPU.read_text(encoding="utf-8").splitlines()
    except OSError:
        return frozenset()
    flags = next((line.partition(":")[2] for line in lines if line.startswith("flags")), "")
    return frozenset(flags.split())
