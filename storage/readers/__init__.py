"""Chats and people: what they subscribe to, what they may do, what they asked, said and pressed."""
