"""What ran a campaign: versions and machine, for the provenance table."""

from __future__ import annotations

import os
import platform
from importlib.metadata import PackageNotFoundError, version

PACKAGES = (
    "zincloop",
    "ase",
    "botorch",
    "gpytorch",
    "numpy",
    "pandas",
    "prefect",
    "pyscf",
    "pyscf-dispersion",
    "rdkit",
    "scikit-learn",
    "tblite",
    "torch",
)


def versions() -> dict[str, str]:
    """Name -> version of every package that has a say in the numbers, and of the machine."""
    found = {"python": platform.python_version(), "system": platform.platform(), "host": platform.node()}
    found["cores"] = str(os.cpu_count())
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "not installed"
    return found
