"""The provider simulator: recorded days served over HTTP on this machine, with faults by a script.

It speaks The Odds API v4 and a scoreboard of results, from recordings that give the board as it stood at any moment.
Its clock is handed to it, so that a recorded week can pass in minutes. It is never reached from outside: it listens on
loopback only.
"""
