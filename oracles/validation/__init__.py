"""Validation that ships: what is computed here, against numbers of others and our own of another day."""
