"""Telegram: a channel that posts and edits as a bot, and an observer that reads as another.

What comes in is a message; what goes out is a receipt. Always true: the token is in the path of each call and in
nothing that leaves this room; text goes out with entities, never with a parse mode.
"""
