"""Tests of geometries and quantum chemistry."""
