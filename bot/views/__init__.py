"""Views: pure functions from facts to messages. All texts that people read are written here."""
