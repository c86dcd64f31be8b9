"""One file a schema change, never edited after a release."""
