"""The store, one contract over SQLite and PostgreSQL."""
