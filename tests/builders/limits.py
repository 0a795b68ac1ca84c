"""Limits in words of tests: packaged ones, files of changes, and an oracle of what no limit may be."""

from math import isfinite
from pathlib import Path

from closeline.domain.gates import Limits
from closeline.domain.leagues import League
from closeline.domain.limits import limits_of
from closeline.domain.markets import MarketType, Period
from closeline.store.packaged import read_artefact

MARKET_KEYS = {f"{kind}:{period}" for kind in MarketType for period in Period}
# (from so many minutes to the start on, oldest quote): the requirement's own table, longest first.
STANDARD = ((1440, 360), (180, 60), (30, 10), (0, 3))
RISING = (
    ("total_low", "baseline_mean_total", "total_high"), ("booksum_low", "booksum_high"),
    ("over_rate_low", "over_rate_high"), ("total_soft", "total_hard", "total_block"),
    ("margin_soft", "margin_hard", "margin_block"), ("variance_soft", "variance_hard"),
    ("edge_lean", "edge_pick", "edge_implausible"), ("ev_lean", "ev_pick"),
)  # fmt: skip


def packaged(league: League = League.NFL) -> Limits:
    return limits_of(read_artefact("limits.json").decode(), league)


def a_file(folder: Path, text: str, name: str = "new.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def unsafe(limits: Limits) -> list[str]:
    """Say what is unsafe about limits, from the requirement and not from the table of bounds."""
    values = {name: getattr(limits, name) for name in type(limits).__dataclass_fields__}
    numbers = {name: value for name, value in values.items() if isinstance(value, int | float)}
    checks = {
        "finite": all(isfinite(value) for value in numbers.values()),
        "positive": all(value > 0 for name, value in numbers.items() if name != "publishing"),
        "booksums": limits.booksum_low >= 0.95 and limits.booksum_high <= 1.3,
        "variance": 1 < limits.variance_soft < limits.variance_hard <= 2,
        "implausible": 0 < limits.edge_implausible <= 0.2,
        "opener": 0 < limits.opener_disagreement_points_max <= 5,
        "ages": all(age > 0 for _, age in limits.quote_age_minutes),
        "publishing": limits.publishing in (True, False),
        "markets": set(limits.closed_markets) <= MARKET_KEYS,
        "trust": limits.bootstrap_trust <= 1 and limits.confidence_cap <= 75,
    }
    rising = {names: [values[name] for name in names] for names in RISING}
    late = [
        minutes
        for minutes in (0.01, *range(1, 3000, 7))
        if limits.quote_age_max(minutes) > 2 * next(age for ahead, age in STANDARD if minutes > ahead)
    ]
    return [
        *(name for name, holds in checks.items() if not holds),
        *(", ".join(names) for names, found in rising.items() if found != sorted(set(found))),
        *(f"a quote too old {minutes} minutes ahead" for minutes in late[:1]),
    ]
