"""The one listening port: health, posts of Telegram and AliExpress, the shop's API, the tracking page."""
