"""The columns of a laboratory's file: those that are asked to be filled in, and those that only inform."""

from __future__ import annotations

WHICH = ("request", "smiles", "property", "replicate")
REPORTED = ("value", "unit", "uncertainty", "valid", "correction", "date", "operator", "method", "notes")
INFORMING = ("name", "cas", "priority", "round", "reason")

KNOWN = (*WHICH, *REPORTED, *INFORMING)
SHORT = 8
"""Characters of a request's key by which people know it."""
