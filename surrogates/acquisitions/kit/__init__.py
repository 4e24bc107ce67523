"""Machinery of the acquisitions: the view of a pool, the criteria and the making of a batch."""
