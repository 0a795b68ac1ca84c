"""Features: the declared 134 of a player before a game, each of what was known by the cut-off and nothing later."""
