"""Measurements of quality, time and memory; each runs as a module (``python -m benchmarks.proposal``)."""
