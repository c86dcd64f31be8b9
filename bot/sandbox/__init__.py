"""Simulated AliExpress and Telegram servers for demo, end-to-end tests and chaos; nothing of the product."""
