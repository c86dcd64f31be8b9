"""What checks, pushes, answers and starts cost, beside bare clients: `python -m tests.bench.speed --help`."""
