"""Retrospective simulation: replay labelled molecules to compare strategies before spending on them."""
