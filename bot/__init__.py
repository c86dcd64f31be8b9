"""A parcel companion in Telegram for a merchant's AliExpress orders."""

__version__ = "0.1.0"
