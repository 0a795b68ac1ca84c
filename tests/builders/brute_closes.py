"""Closing line value by brute force: plain loops over rows of price changes, and bisections. Nothing of ours is called."""

import json
import math
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache

import numpy as np
from scipy.stats import nbinom

AGE = timedelta(minutes=30)
RANKS = (("pinnacle",), ("circa",), ("bookmaker", "betonlineag", "betonline"))
SHARPS = {"pinnacle", "circa", "bookmaker", "betonlineag", "betonline", "lowvig"}
METHODS = ("multiplicative", "additive", "power", "shin", "odds_ratio")
POWER_LEAGUES = {"nfl", "ncaab", "mlb", "nhl"}
KEYS = (3.0, 7.0)


@dataclass(frozen=True)
class Row:
    """One row of a table of changes, as a side sees it: its own line and its price before the other side's."""

    book: str
    at: datetime
    line: float | None
    price: float
    other: float


@dataclass
class Answer:
    """What a ticket came to; `quality` is MISSING without a close."""

    quality: str
    book: str | None = None
    line: float | None = None
    at: datetime | None = None
    ev: float | None = None
    low: float | None = None
    high: float | None = None
    books: tuple[str, ...] = ()


def decimal(american: float) -> float:
    return 1 + (american / 100 if american > 0 else 100 / -american)


def sided(rows: list[dict], side: str) -> list[Row]:
    """Turn the rows of one market to one side, oldest first."""
    first = side in ("HOME", "OVER")
    turned = []
    for row in sorted(rows, key=lambda row: row["snapshot_time"]):
        home, away = decimal(row["price_home_or_over"]), decimal(row["price_away_or_under"])
        line = row["point"]
        mirrored = -line if side == "AWAY" and line is not None else line
        pair = (home, away) if first else (away, home)
        turned.append(Row(row["bookmaker"], row["snapshot_time"], mirrored, *pair))
    return turned


def bisect(low, high, short):
    """Find where `short` turns from true to false."""
    for _ in range(200):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        low, high = (middle, high) if short(middle) else (low, middle)
    return (low + high) / 2


@cache
def fair(method: str, price: float, other: float) -> float | None:
    """Take the margin out of two prices by the definition of each method."""
    a, b = 1 / price, 1 / other
    total = a + b
    if abs(total - 1) < 1e-12:
        return a
    if method == "multiplicative":
        found = a / total
    elif method == "additive":
        found = a - (total - 1) / 2
    elif method == "power":
        power = bisect(0.2, 60.0, lambda k: a**k + b**k > 1)
        found = a**power
    elif method == "shin":

        def chance(p, z):
            return (math.sqrt(z * z + 4 * (1 - z) * p * p / total) - z) / (2 * (1 - z))

        share = bisect(0.0, 1 - 1e-9, lambda z: chance(a, z) + chance(b, z) > 1)
        found = chance(a, share)
    else:
        ratio = bisect(1.0, 1e6, lambda c: a / (c + a - c * a) + b / (c + b - c * b) > 1)
        found = a / (ratio + a - ratio * a)
    return found if 0 < found < 1 else None


@dataclass
class Scores:
    """A margin or a total on the integers that can be moved: by its mean, or by a tilt where a mass is given."""

    values: np.ndarray
    weights: np.ndarray
    kind: str
    scale: float = 0.0
    moved: dict = field(default_factory=dict)

    @classmethod
    def of_json(cls, text: str, quantity: str) -> "Scores":
        found = json.loads(text)[quantity]
        low, high = found["support"]
        values = np.arange(low, high + 1)
        place = (np.abs(values) if quantity == "margin" else values) - found["first"]
        table = found["multipliers"]
        weights = np.array([table[p] if 0 <= p < len(table) else 1.0 for p in place])
        return cls(values, weights, found["shape"], found["scale"])

    def mass(self, where: float) -> np.ndarray:
        if self.kind == "normal":
            bare = np.exp(-((self.values - where) ** 2) / (2 * self.scale**2))
        elif self.kind == "negative_binomial":
            bare = nbinom.pmf(self.values, self.scale, self.scale / (self.scale + where))
        else:
            tilted = where * self.values
            bare = np.exp(tilted - tilted.max())
        mass = bare * self.weights
        return mass / mass.sum()

    def range(self) -> tuple[float, float]:
        width = float(self.values[-1] - self.values[0])
        if self.kind == "normal":
            return self.values[0] - width, self.values[-1] + width
        return (0.02, self.values[-1] + width) if self.kind == "negative_binomial" else (-8.0, 8.0)

    def outcomes(self, where: float, line: float, side: str) -> tuple[float, float]:
        """Give win and loss of a side at its line; a quarter line is two half stakes."""
        mass = self.mass(where)
        bar = -line if side == "HOME" else line
        bars = (bar - 0.25, bar + 0.25) if round(bar * 4) % 2 else (bar, bar)
        above = sum(mass[self.values > each].sum() for each in bars) / 2
        below = sum(mass[self.values < each].sum() for each in bars) / 2
        return (above, below) if side in ("HOME", "OVER") else (below, above)

    def found(self, line: float, chance: float, side: str) -> float:
        """Give where the scores must be for the side to have this chance at this line."""
        key = (line, chance, side)
        if key not in self.moved:
            rising = side in ("HOME", "OVER")

            def short(where):
                win, lose = self.outcomes(where, line, side)
                return bool(win / (win + lose) < chance) is rising

            self.moved[key] = bisect(*self.range(), short)
        return self.moved[key]


def value(scores: Scores, side: str, line: float, price: float, close_line: float, chance: float) -> float:
    win, lose = scores.outcomes(scores.found(close_line, chance, side), line, side)
    return win * (price - 1) - lose


def default_method(league: str, market: str) -> str:
    return "power" if market == "h2h" and league in POWER_LEAGUES else "multiplicative"


def eligible(rows: list[Row], start: datetime) -> list[Row]:
    return [
        row for row in rows if row.at < start and start - row.at <= AGE and 1 / row.price + 1 / row.other >= 1 - 1e-12
    ]


def answer(
    league: str, market: str, side: str, ticket: Row, rows: list[Row], start: datetime, scores: Scores
) -> Answer:
    """Choose the close of a ticket and value it."""
    good = eligible(rows, start)
    for rank in RANKS:
        mine = [row for row in good if row.book in rank]
        if mine:
            return priced(league, market, side, ticket, max(mine, key=lambda row: row.at), "REFERENCE", scores)
    agreed = consensus(league, market, side, [row for row in good if row.book != ticket.book], start, scores)
    if agreed is not None:
        line, chances, books, at = agreed
        return valued(
            league, market, side, ticket, Answer("CONSENSUS", "consensus", line, at, books=books), chances, scores
        )
    own = [row for row in good if row.book == ticket.book]
    if own:
        return priced(league, market, side, ticket, max(own, key=lambda row: row.at), "TICKET_BOOK", scores)
    return Answer("MISSING")


def priced(league, market, side, ticket, close: Row, quality: str, scores) -> Answer:
    chances = {method: fair(method, close.price, close.other) for method in METHODS}
    return valued(league, market, side, ticket, Answer(quality, close.book, close.line, close.at), chances, scores)


def valued(league, market, side, ticket, found: Answer, chances, scores) -> Answer:
    line, close_line = ticket.line or 0.0, found.line or 0.0
    evs = {
        method: value(scores, side, line, ticket.price, close_line, chance)
        for method, chance in chances.items()
        if chance is not None
    }
    found.ev = evs[default_method(league, market)]
    found.low, found.high = min(evs.values()), max(evs.values())
    return found


def reaches(league: str, market: str, line: float | None, wanted: float | None) -> bool:
    if line is None or wanted is None or line == wanted:
        return line == wanted
    if abs(line - wanted) > 1.5:
        return False
    if market != "spreads" or league not in ("nfl", "ncaaf"):
        return True
    low, high = min(line, wanted), max(line, wanted)
    return not any(low <= sign * key <= high for key in KEYS for sign in (1, -1))


def consensus(league, market, side, rows: list[Row], start, scores):
    """Pool the last eligible row of each book, by hand."""
    last: dict[str, Row] = {}
    for row in sorted(rows, key=lambda row: row.at):
        last[row.book] = row
    if not last:
        return None
    weight = {
        book: (1.0 if book in SHARPS else 0.25) * math.exp(-(start - row.at).total_seconds() / 600)
        for book, row in last.items()
    }
    by_line: defaultdict[float | None, float] = defaultdict(float)
    for book in sorted(last):
        by_line[last[book].line] += weight[book]
    turned = -1 if side == "AWAY" else 1
    line = min(by_line, key=lambda each: (-round(by_line[each], 12), abs(each or 0), turned * (each or 0)))
    near = {book: row for book, row in last.items() if reaches(league, market, row.line, line)}
    pooled: dict[str, float] = {}
    kept: tuple[str, ...] = ()
    for method in METHODS:
        chances = opinions(method, near, line, side, scores)
        books = without_outliers(chances, weight)
        sharp = sum(book in SHARPS for book in books)
        if sharp < 1 and len(books) - sharp < 3:
            continue
        total = sum(weight[book] for book in books)
        logit = sum(weight[book] * math.log(chances[book] / (1 - chances[book])) for book in books) / total
        pooled[method] = 1 / (1 + math.exp(-logit))
        if method == default_method(league, market):
            kept = tuple(sorted(books))
    if default_method(league, market) not in pooled:
        return None
    return line, pooled, kept, min(near[book].at for book in kept)


def opinions(method: str, near: dict[str, Row], line: float | None, side: str, scores) -> dict[str, float]:
    """Give what each book thinks of the side at the common line."""
    chances = {}
    for book, row in near.items():
        chance = fair(method, row.price, row.other)
        if chance is not None and row.line != line:
            win, lose = scores.outcomes(scores.found(row.line, chance, side), line, side)
            chance = win / (win + lose)
        if chance is not None:
            chances[book] = chance
    return chances


def without_outliers(chances: dict[str, float], weight: dict[str, float]) -> list[str]:
    if not chances:
        return []
    logits = sorted((math.log(chance / (1 - chance)), book) for book, chance in chances.items())
    half = sum(weight[book] for _, book in logits) / 2
    below, median = 0.0, logits[-1][0]
    for place, (logit, book) in enumerate(logits):
        below += weight[book]
        if math.isclose(below, half) and place + 1 < len(logits):
            median = (logit + logits[place + 1][0]) / 2
            break
        if below > half:
            median = logit
            break
    return [book for logit, book in logits if abs(logit - median) <= 0.35]
