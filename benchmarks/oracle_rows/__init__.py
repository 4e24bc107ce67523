"""Rows of ``python -m benchmarks.oracles``, one module each, and what they share."""
