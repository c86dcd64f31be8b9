"""Chaos: the real bot as a process against the sandbox, with faults and kills, counted by the ledgers."""
