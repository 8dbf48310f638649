"""The world: platforms, storage, command line. May import bot and knowledge; nothing imports adapters."""
