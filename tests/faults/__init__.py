"""The fault run: real processes are killed while real questions are on their way. See __main__."""
