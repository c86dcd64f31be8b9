"""The control API, by which the chat page and tests act as people, carriers and the merchant."""

from bot.sandbox.control.routes import ControlApi

__all__ = ["ControlApi"]
