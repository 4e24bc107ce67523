"""Crossover and mutation of molecular graphs."""
