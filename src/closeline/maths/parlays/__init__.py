"""Parlays: legs together, what they are worth, and the copula that ties two of them where no world does."""
