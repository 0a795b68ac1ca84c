"""Books: how much a book's price counts as an opinion where the opinions of many are pooled (devig-v1)."""

# Books with a low margin and high limits, whose prices others follow: an opinion of each counts in full.
SHARP = frozenset({"pinnacle", "circa", "bookmaker", "betonlineag", "betonline", "lowvig"})
# Exchanges: what stands there is no price until the commission is off and both queues are seen.
EXCHANGES = (
    "betfair_ex", "matchbook", "smarkets", "betdaq", "betopenly", "kalshi", "novig", "polymarket", "prophetx",
    "sporttrade",
)  # fmt: skip
# Operators of daily fantasy sports: what they show is a multiplier of an entry of several picks, no price of one bet.
# Their keys begin so, or end as those of the vendor's region do.
_FANTASY, _FANTASY_REGION = ("pick6", "prizepicks", "underdog"), "_dfs"
# Books that take their prices from one source, by how their keys begin: several of them are one witness. Only what is
# public: Kambi names these operators as its customers, and BetOnline runs LowVig. Any other book is its own source.
_SOURCES = {
    "kambi": ("ballybet", "betparx", "betrivers", "unibet"),
    "betonline": ("betonline", "lowvig"),
}


def is_sharp(book: str) -> bool:
    """Say whether a book's price counts in full."""
    return book in SHARP


def is_exchange(book: str) -> bool:
    """Say whether what a book shows is no bookmaker's price: one queue of an exchange, or a fantasy multiplier."""
    return book.startswith(EXCHANGES) or is_fantasy(book)


def is_fantasy(book: str) -> bool:
    """Say whether a book is an operator of daily fantasy sports."""
    return book.startswith(_FANTASY) or book.endswith(_FANTASY_REGION)


def price_source(book: str) -> str:
    """Return whose prices a book shows: the name that it shares with others of one source, or its own."""
    return next((source for source, keys in _SOURCES.items() if book.startswith(keys)), book)
