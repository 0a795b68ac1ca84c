"""What quotes are worth beside each other: fair prices, consensus without the book itself, value, best, opportunities.

Comes in: markets as they stand (`domain/board/market.py`) and a moment. Goes out: rows and opportunities of the board.
Always true: a book's own price never judges itself, only one line is compared with itself, and what cannot be had is
None with a flag that says why. `worth.market_worths` is the way in.
"""
