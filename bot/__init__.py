"""What the bot decides. Plain functions over frozen values; may import knowledge, knows no platform."""
