"""Oracles: one module each, plus geometry, electronic structure and contained execution."""
