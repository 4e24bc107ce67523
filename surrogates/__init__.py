"""Surrogates: models that turn measurements into beliefs, and the acquisitions on top of them."""
