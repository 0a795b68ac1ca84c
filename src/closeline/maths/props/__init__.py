"""Player props: features of the logs, trained means and variances, distributions that know they are integers.

Goes in: `logs.PlayerLogs`, what was played and what is about to be. Comes out: the chances of every line of a player.
Always true: a feature of a game knows nothing of it, nor of what was told after its cut-off.
"""
