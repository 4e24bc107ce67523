"""Tests of the autoencoder."""
