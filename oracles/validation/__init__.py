"""Validation that ships: numbers of others, and our own of another day, held against what is computed here."""
