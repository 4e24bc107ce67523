"""Electronic descriptors learned from a table of cheap calculations, evaluated from the graph alone."""
