"""Books: how much a book's price counts as an opinion where the opinions of many are pooled (devig-v1)."""

# Books with a low margin and high limits, whose prices others follow: an opinion of each counts in full.
SHARP = frozenset({"pinnacle", "circa", "bookmaker", "betonlineag", "betonline", "lowvig"})
# Exchanges: what stands there is no price until the commission is off and both queues are seen.
EXCHANGES = ("betfair_ex", "matchbook", "smarkets", "betdaq", "prophetx", "novig", "kalshi", "polymarket")


def is_sharp(book: str) -> bool:
    """Say whether a book's price counts in full."""
    return book in SHARP


def is_exchange(book: str) -> bool:
    """Say whether a book is an exchange, of which one queue alone is no opinion."""
    return book.startswith(EXCHANGES)
