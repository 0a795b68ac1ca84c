"""Players: which rules speak of a player's line, and the two that speak of nothing else.

Comes in: a `Candidate` whose market is a player's. Goes out: findings like any other. Always true: a market of a game
is never asked these.
"""
