"""Chaos: the real bot as a process against the sandbox, with faults and kills; nothing may get lost."""
