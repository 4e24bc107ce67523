"""The molecular variational autoencoder: text codec, network, training and shipped weights."""

RADIUS = 6.0
"""Default mean length of a step (L2), a little less than the spread of the posterior (about 7).

Nearer points mostly decode to the molecule itself, farther ones lose its character: measured with
``benchmarks/generator.py``."""

SA = "sa"
"""The property that is worked out, and neither measured nor believed."""

TRUST_REGION = "trust region"
"""Origin of what is proposed around a molecule."""

GRAMMAR = 4
"""Raised whenever the same tokens may be read as another molecule; part of the generator's version."""
