"""What a check, a push, an answer and a start cost, as ratios to bare clients: `python -m tests.bench.speed --help`."""
