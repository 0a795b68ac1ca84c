"""Validity: whether a published pick is still worth what it was published at, by later quotes (validity-v1).

A pure function of the pick's terms, the quotes that were received since, its premises, the age of its model's snapshot
and the rules. The order in which quotes come does not count, nor that one comes twice: our own sequence decides. What
is INVALIDATED stays so. Nothing here ever touches the ticket that is graded.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from fractions import Fraction

from closeline.domain.digits import of_formula
from closeline.domain.errors import BadInput
from closeline.domain.ids import content_id
from closeline.domain.leagues import League
from closeline.domain.markets import MarketType
from closeline.domain.odds import american_cents, decimal_to_american
from closeline.domain.picks import Validity

PICK_INVALIDATED = "PICK_INVALIDATED"
# Where a configuration holds what differs from the first rule set, by league.
SECTION = "validity"
VALIDITY_V1 = "validity-v1"


class Reason(StrEnum):
    """What a finding rests on: why it is not VALID, and why a new forecast is due."""

    EV_GONE = "EV_GONE"
    EV_FELL = "EV_FELL"
    KEY_NUMBER = "KEY_NUMBER"
    LINE_MOVED = "LINE_MOVED"
    LINE_NOT_VALUED = "LINE_NOT_VALUED"
    NO_OFFER = "NO_OFFER"
    PREMISE_CHANGED = "PREMISE_CHANGED"
    PRICE_MOVED = "PRICE_MOVED"
    INVALIDATED_BEFORE = "INVALIDATED_BEFORE"
    INJURY_NEWS = "INJURY_NEWS"
    MODEL_OLD = "MODEL_OLD"


@dataclass(frozen=True, slots=True)
class ValidityRules:
    """One version of a league's rules. Lines are quarter points; `cents_most` is null where prices have no rule."""

    version: str
    ev_share: float
    ev_least: float
    line_quarters_most: int
    cents_most: int | None
    key_quarters: tuple[int, ...]
    model_age_most: timedelta
    offer_age_most: timedelta


_COMMON = ValidityRules(VALIDITY_V1, 0.6, 0.01, 2, None, (), timedelta(hours=6), timedelta(minutes=30))
_BY_LEAGUE: dict[League, Mapping[str, object]] = {
    League.NFL: {"key_quarters": (12, 28)},
    League.MLB: {"line_quarters_most": 1, "cents_most": 10},
    League.NHL: {"line_quarters_most": 1, "cents_most": 10},
}
# What a configuration may change: the field, its factor and the range in which the number must lie.
_CHANGEABLE: dict[str, tuple[str, float, float, float]] = {
    "ev_share": ("ev_share", 1, 0, 1),
    "ev_least": ("ev_least", 1, 0, 1),
    "line_points": ("line_quarters_most", 4, 0, 20),
    "price_cents": ("cents_most", 1, 0, 500),
    "model_hours": ("model_age_most", 3600, 0.1, 168),
    "offer_minutes": ("offer_age_most", 60, 1, 1440),
}


def rules_of(config: str, league: League) -> ValidityRules:
    """Return a league's rules from the content of a configuration version; validity-v1 where it says nothing."""
    return changed_rules(league, json.loads(config).get(SECTION, {}).get(league, {}))


def changed_rules(league: League, wanted: Mapping[str, object]) -> ValidityRules:
    """Return validity-v1 with other numbers, under a name made from what they say; raises BadInput for anything else.

    wanted: `ev_share`, `ev_least`, `line_points`, `price_cents`, `model_hours` and `offer_minutes`.
    """
    rules = _COMMON.__class__(**{**_fields(_COMMON), **_BY_LEAGUE.get(league, {})})  # type: ignore[arg-type]
    changed = _fields(rules) | dict(_change(name, value) for name, value in wanted.items())
    told = {name: value for name, value in changed.items() if name != "version"}
    if all(getattr(rules, name) == value for name, value in told.items()):
        return rules
    digest = content_id("validity-rules", league, *(str(told[name]) for name in sorted(told)))
    return ValidityRules(**{**changed, "version": f"{VALIDITY_V1}+{digest[:8]}"})  # type: ignore[arg-type]


def _fields(rules: ValidityRules) -> dict[str, object]:
    return {name: getattr(rules, name) for name in ValidityRules.__dataclass_fields__}


def _change(name: str, value: object) -> tuple[str, object]:
    if name not in _CHANGEABLE:
        raise BadInput(f"validity must hold only {', '.join(_CHANGEABLE)}, had {name!r:.60}")
    column, factor, low, high = _CHANGEABLE[name]
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise BadInput(f"{name} must be a number from {low:g} to {high:g}, was {value!r:.60}")
    if column in ("model_age_most", "offer_age_most"):
        return column, timedelta(seconds=value * factor)
    return column, value if factor == 1 and column != "cents_most" else int(value * factor)


@dataclass(frozen=True, slots=True)
class Chance:
    """How a selection ends at one line, by the published model: P(win | no push) and P(push)."""

    win: float
    push: float

    def ev(self, price: Fraction) -> float:
        """Return the expected profit per unit risked at decimal odds."""
        return of_formula((1.0 - self.push) * (self.win * (price.numerator / price.denominator) - 1.0))


@dataclass(frozen=True, slots=True)
class Terms:
    """What of a published pick its validity depends on.

    chances: how the selection ends at the lines at which somebody may offer it; a line that is not here cannot be
    valued, because nothing carries the published probability there.
    """

    type: MarketType
    line_quarters: int | None
    price: Fraction
    ev: float
    chances: Mapping[int | None, Chance]


@dataclass(frozen=True, slots=True)
class Offer:
    """A later quote of the same selection, at any line. Without a price: from then on the book offers none.

    `received_at` and then `quote_id` are our own sequence; what the source says of time does not count. `text` is the
    price as the book wrote it, `weight` how much the book's line counts where the books' common line is sought.
    """

    book: str
    received_at: datetime
    quote_id: int
    line_quarters: int | None
    price: Fraction | None
    seen_until: datetime
    text: str = ""
    weight: int = 1


@dataclass(frozen=True, slots=True)
class Around:
    """What else is known at a moment: what changed of the premises, how old the model's snapshot is, newer injuries."""

    at: datetime
    premise: str | None = None
    model_age: timedelta = timedelta(0)
    injury_news: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """What a look says of a pick; `best` is the offer that pays most by the published model, null without any.

    line_move_quarters: how far the books' common line has gone from the pick's, without sign. Reasons by name.
    """

    state: Validity
    refresh: bool
    reasons: tuple[Reason, ...]
    rules: str
    ev_now: float | None = None
    best: Offer | None = None
    market_line_quarters: int | None = None
    line_move_quarters: int = 0
    notes: tuple[str, ...] = field(default=())


def validity(
    terms: Terms, offers: Iterable[Offer], around: Around, rules: ValidityRules, *, before: Validity | None = None
) -> Finding:
    """Return whether a pick is still worth its price.

    before: what the last look said; INVALIDATED is final, and where nobody offers the selection it stays as it was.
    """
    standing = _standing(offers, around.at, rules)
    ev, best = _best(terms, standing)
    line = _common_line(terms, standing)
    move = abs((line or 0) - (terms.line_quarters or 0)) if standing else 0
    refresh = _refresh(around, rules)
    state, reasons = _state(terms, standing, ev, (line, move), around, rules, before)
    if before is Validity.INVALIDATED:
        state, reasons = Validity.INVALIDATED, [Reason.INVALIDATED_BEFORE]
    return Finding(
        state, bool(refresh) or state is Validity.INVALIDATED, tuple(sorted([*reasons, *refresh])), rules.version, ev,
        best, line if standing else None, move, (around.premise,) if around.premise else (),
    )  # fmt: skip


def _state(
    terms: Terms, standing: Sequence[Offer], ev: float | None, moved: tuple[int | None, int], around: Around,
    rules: ValidityRules, before: Validity | None,
) -> tuple[Validity, list[Reason]]:  # fmt: skip
    ended = [reason for reason, holds in (
        (Reason.PREMISE_CHANGED, around.premise is not None),
        (Reason.KEY_NUMBER, bool(standing) and _passes_key(terms, moved[0], rules)),
        (Reason.EV_GONE, ev is not None and ev < rules.ev_least),
    ) if holds]  # fmt: skip
    if ended:
        return Validity.INVALIDATED, ended
    if not standing:
        return before or Validity.VALID, [Reason.NO_OFFER]
    worse = [reason for reason, holds in (
        (Reason.LINE_NOT_VALUED, ev is None),
        (Reason.EV_FELL, ev is not None and ev < rules.ev_share * terms.ev),
        (Reason.LINE_MOVED, moved[1] > rules.line_quarters_most),
        (Reason.PRICE_MOVED, rules.cents_most is not None and _cents_lost(terms, standing) > rules.cents_most),
    ) if holds]  # fmt: skip
    return (Validity.MOVED_BUT_OK if worse else Validity.VALID), worse


def _refresh(around: Around, rules: ValidityRules) -> list[Reason]:
    told = ((Reason.MODEL_OLD, around.model_age > rules.model_age_most), (Reason.INJURY_NEWS, around.injury_news))
    return [reason for reason, holds in told if holds]


def _standing(offers: Iterable[Offer], at: datetime, rules: ValidityRules) -> list[Offer]:
    """Return each book's last offer by our sequence, of those that were had by a moment, if it stands and is fresh."""
    last: dict[str, Offer] = {}
    for offer in offers:
        known = last.get(offer.book)
        if offer.received_at <= at and (known is None or _place(known) < _place(offer)):
            last[offer.book] = offer
    return [
        offer for _, offer in sorted(last.items())
        if offer.price is not None and at - max(offer.seen_until, offer.received_at) <= rules.offer_age_most
    ]  # fmt: skip


def _place(offer: Offer) -> tuple[datetime, int]:
    return offer.received_at, offer.quote_id


def _best(terms: Terms, standing: Sequence[Offer]) -> tuple[float | None, Offer | None]:
    """Return the most that any standing offer promises by the published model, and which one that is."""
    valued = [
        (terms.chances[offer.line_quarters].ev(offer.price), offer)
        for offer in standing
        if offer.price is not None and offer.line_quarters in terms.chances
    ]
    return max(valued, key=lambda item: item[0], default=(None, None))


def _common_line(terms: Terms, standing: Sequence[Offer]) -> int | None:
    """Return the line with most weight behind it, whatever its prices; of two alike the one nearer to the pick's."""
    weights: defaultdict[int | None, int] = defaultdict(int)
    for offer in standing:
        weights[offer.line_quarters] += offer.weight
    own = terms.line_quarters or 0
    return min(weights, key=lambda line: (-weights[line], abs((line or 0) - own), line or 0), default=None)


def _passes_key(terms: Terms, line: int | None, rules: ValidityRules) -> bool:
    """Say whether the line has left, reached or passed a key number, of either team."""
    if terms.type is not MarketType.SPREAD or line is None or line == terms.line_quarters:
        return False
    low, high = sorted((line, terms.line_quarters or 0))
    return any(low <= key <= high or low <= -key <= high for key in rules.key_quarters)


def _cents_lost(terms: Terms, standing: Sequence[Offer]) -> Fraction:
    """Return by how many cents of American odds the best price at the pick's own line is worse than the published."""
    same = [offer.price for offer in standing if offer.price is not None and offer.line_quarters == terms.line_quarters]
    if not same:
        return Fraction(0)
    return _cents(terms.price) - _cents(max(same))


def _cents(price: Fraction) -> Fraction:
    return american_cents(decimal_to_american(price))
