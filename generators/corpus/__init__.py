"""Lists of molecules: the shipped ones, a user's own file, and the command that prepares the corpus."""
