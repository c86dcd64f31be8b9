"""Replay of parcel timelines against ways of pacing at equal calls: `python -m tests.bench.pacing --help`."""
