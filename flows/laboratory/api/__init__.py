"""The laboratory over HTTP, for instruments and electronic lab notebooks."""
