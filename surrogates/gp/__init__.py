"""Machinery of the Gaussian-process surrogates: features, kernels, fitting and the belief."""
