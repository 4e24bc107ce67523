"""What ``zincloop generator`` does: train, evaluate, sample and invert a molecular autoencoder."""
