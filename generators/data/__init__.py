"""Data shipped with the generators; README.md in this folder says where each file comes from."""
