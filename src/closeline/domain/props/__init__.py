"""Player props in words: which numbers of a player are bet on, and what the owner asks of a bet on one.

No arithmetic of distributions stands here (`maths.props`), and no rule of settlement (`settlement.props`).
"""
