"""Simulated AliExpress and Telegram servers for the demo, tests and chaos runs; imports no product code."""
