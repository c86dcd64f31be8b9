"""Facts in, messages out: every word a person reads is written here, and nothing here waits or decides."""
