"""What is owed to chats and what came of it: outbox, cards, digests, second channel."""
