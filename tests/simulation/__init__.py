"""Simulation: tracking, poller and sender in virtual time, the same trace for the same seed."""
