"""The parts of ``python -m benchmarks.durability``, a module for each of its names."""
