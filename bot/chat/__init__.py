"""Everything that knows Telegram: intake, handlers, delivery, limits."""
