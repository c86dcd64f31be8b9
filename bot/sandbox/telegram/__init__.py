"""A stand-in for Telegram's Bot API, as strict as the real one."""
