"""A candidate written by hand becomes one that the rules judge, and nothing that is missing in it is guessed."""

import re
from dataclasses import dataclass
from math import isfinite, nan

from closeline.domain.errors import BadInput, DevigError, ImpossiblePrice
from closeline.domain.gates import (
    Baseline,
    Candidate,
    Finding,
    Limits,
    Parts,
    Projection,
    Slate,
    Standing,
    Verdict,
    compress,
    judge,
)
from closeline.domain.gates.compression import SUREST
from closeline.domain.markets import Selection
from closeline.domain.odds import OddsFormat, Price, default_method
from closeline.maths.devig import devig
from closeline.schemas.trial import PriceText, Written, WrittenCandidate

_AMERICAN = re.compile(r"[+-][0-9.]+|[0-9]{3,}|even|evs|evens", re.IGNORECASE)
UNREADABLE = "{} was no number: its document is not trusted, and the probability counts as none"
NO_PRICE = "no price: the fair one stands in, and the rules block it"
NO_OTHER = "no price_other: 1 / price stands for the market's probability, its margin left in, and the rules block it"
NO_FAIR = "prices without fair probabilities: {}"
FAIR = "market_probability {:.6f} is from both prices, {}"


@dataclass(frozen=True, slots=True)
class Tried:
    """A candidate written by hand, judged; `notes` tell what was read into the document."""

    candidate: Candidate
    findings: tuple[Finding, ...]
    verdict: Verdict
    notes: tuple[str, ...]


def try_by_hand(written: WrittenCandidate, selection: Selection, limits: Limits) -> Tried:
    """Judge a candidate written by hand. Raises BadInput where a price is none or a part lacks its other half."""
    candidate, notes = candidate_by_hand(written, selection)
    return Tried(candidate, *judge(candidate, limits), notes)


def candidate_by_hand(written: WrittenCandidate, selection: Selection) -> tuple[Candidate, tuple[str, ...]]:
    """Return a candidate from a document's plain values, and notes of what stands in for what.

    A document with a number that is none comes out with a probability that is none, which the last rule blocks,
    whatever the number was for.
    """
    broken = tuple(_no_numbers(written))
    price, other = _price("price", written.price), _price("price_other", written.price_other)
    fair, booksum, notes = _market(written, selection, price, other)
    p = nan if broken else written.probability
    missing = written.price is None
    # A price at a line that is none is a price of nothing.
    stands_in = 1 / fair if missing and fair else nan
    decimal = nan if "line" in broken else price.decimal if price else stands_in
    candidate = Candidate(
        selection=selection,
        two_sided=written.price is not None and written.price_other is not None,
        quoted=not missing,
        booksum=booksum,
        decimal=decimal,
        american=price.american if price else 100,
        quote_age_minutes=written.quote_age_minutes,
        minutes_to_start=written.minutes_to_start,
        opener_disagreement=written.opener_disagreement,
        suspect=written.suspect,
        calibration_active=written.calibration_active,
        market_rated=written.market_rated,
        p_calibrated=p,
        q_market=fair,
        p_push=written.push,
        beta=written.policy.beta if written.policy else None,
        threshold=written.policy.threshold if written.policy else None,
        predicted_clv=_predicted(fair, p, written.policy.beta) if written.policy else None,
        p_sd=written.probability_sd,
        standing=_standing(written),
        projection=_projection(written),
        parts=_parts(written),
        baseline=_baseline(written),
        slate=Slate(written.slate.games, written.slate.share) if written.slate else None,
    )
    return candidate, (*(UNREADABLE.format(name) for name in broken), *notes)


def _no_numbers(written: Written, before: str = "") -> list[str]:
    """Name the numbers of a document that are none, in order; a price as a text is read elsewhere."""
    found = []
    for name in type(written).model_fields:
        value = getattr(written, name)
        if isinstance(value, Written):
            found += _no_numbers(value, f"{name}.")
        elif isinstance(value, float) and not isfinite(value):
            found.append(f"{before}{name}")
    return found


def _price(key: str, quoted: PriceText | None) -> Price | None:
    """Read a price as a book writes it; null where none is given, or where it is a number that is none."""
    if quoted is None or (isinstance(quoted, float) and not isfinite(quoted)):
        return None
    text = f"{quoted:g}" if isinstance(quoted, float) else quoted.strip()
    form = OddsFormat.FRACTIONAL if "/" in text else OddsFormat.DECIMAL
    try:
        return Price.quoted(text, OddsFormat.AMERICAN if _AMERICAN.fullmatch(text) else form)
    except ImpossiblePrice as fault:
        raise BadInput(f'{key} must be a price as quoted, such as "-110" or "1.91": {fault}') from None


def _market(
    written: WrittenCandidate, selection: Selection, price: Price | None, other: Price | None
) -> tuple[float, float, tuple[str, ...]]:
    """Return (the market's fair probability of the side, booksum, notes)."""
    given, booksum = written.market_probability, sum(item.implied for item in (price, other) if item)
    if written.price is None:
        return 0.5 if given is None else given, booksum, (NO_PRICE,)
    if price is None or (other is None and written.price_other is not None):
        return nan if given is None else given, nan, ()
    if other is None:
        return price.implied if given is None else given, booksum, (NO_OTHER,) if given is None else ()
    if given is not None:
        return given, booksum, ()
    method = default_method(written.league, selection.market.type)
    try:
        fair = devig((price.decimal, other.decimal), method).probabilities[0]
    except DevigError as fault:
        return nan, booksum, (NO_FAIR.format(fault),)
    return fair, booksum, (FAIR.format(fair, method),)


def _predicted(fair: float, p: float, beta: float) -> float:
    """Return how far the market is expected to move, as a forecast says it: by beta of the model's distance."""
    if not (0 < fair < 1 and 0 < p < 1 and isfinite(beta)):
        return nan
    market, model = (min(max(SUREST, value), 1.0 - SUREST) for value in (fair, p))
    return compress(market, model, beta) - market


def _standing(written: WrittenCandidate) -> Standing:
    return Standing(
        suspended=written.suspended, mapped=written.mapped, mirrored=written.mirrored,
        favourite_differs=written.favourite_differs, consensus_line=written.consensus_line,
        consensus_moved=written.consensus_moved,
    )  # fmt: skip


def _projection(written: WrittenCandidate) -> Projection | None:
    mean, sd = written.model_mean, written.model_sd
    if mean is None or sd is None:
        beside = ("model_mean", "model_sd", "market_mean", "baseline_mean", "built_mean", "line_quantile")
        given = [name for name in beside if getattr(written, name) is not None]
        if given:
            raise BadInput(f"model_mean and model_sd must both be given beside {given[0]}; give both, or leave it out")
        return None
    return Projection(
        mean, sd, written.market_mean, written.baseline_mean, written.line_quantile, written.built_mean, written.mass
    )


def _parts(written: WrittenCandidate) -> Parts | None:
    made = written.parts
    if made is None:
        return None
    return Parts(
        made.mean, made.moved, made.adjusted, made.pace_z, made.efficiency_z, made.pace_alone, made.efficiency_alone,
        made.together, tuple(made.shared_sources), tuple(made.stale_news),
    )  # fmt: skip


def _baseline(written: WrittenCandidate) -> Baseline | None:
    told = written.bias
    if told is None:
        return None
    return Baseline(
        told.day, told.games, told.bias, told.correction, told.damp_factor, told.structural_days, tuple(told.triggers)
    )
