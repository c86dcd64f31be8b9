"""The control API: how the chat page and the tests play the world around the bot."""

from bot.sandbox.control.routes import ControlApi

__all__ = ["ControlApi"]
