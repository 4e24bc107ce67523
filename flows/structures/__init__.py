"""Every geometry that a measurement kept, and the way there, as files that other programs read."""

from flows.structures.database import renew
from flows.structures.structure import Structure, structures

__all__ = ["Structure", "renew", "structures"]
