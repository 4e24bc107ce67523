"""Machinery of the random-forest surrogate: inputs, growing, calibration and the belief."""
