"""The command `sail`: runs, tests and measures the suite on one machine. Standard library only."""
