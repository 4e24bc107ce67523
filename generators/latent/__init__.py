"""The molecular variational autoencoder: text codec, network, training and shipped weights."""
