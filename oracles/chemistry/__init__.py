"""Geometries and quantum chemistry behind the oracles.

PySCF, ASE and tblite take half a second each to load, so the parts one floor up import the modules that
need them (``frontier``, ``exchange``) only when a molecule is measured; ``theory`` and ``donors`` are light.
"""

from oracles.chemistry.kernels import tell_openblas

tell_openblas()
