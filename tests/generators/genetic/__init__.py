"""Tests of crossover and mutation."""
