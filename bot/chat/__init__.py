"""The Telegram side of the bot: intake, handlers, delivery, send limits."""
