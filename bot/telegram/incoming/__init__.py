"""Updates that are no commands: documents, plain words, inline questions, members, floods."""
