"""A simulated Telegram Bot API, as strict as the real one."""
