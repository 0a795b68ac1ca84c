"""The past: what was played, how its markets closed, and what ratings and policies may learn from it.

Comes in: an open session and a moment. Goes out: games and arrays, all of them received by that moment.
Always true: nothing received later is ever in them.
"""
