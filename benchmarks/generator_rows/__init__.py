"""Rows of ``benchmarks.generator``."""
