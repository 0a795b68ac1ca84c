"""The document of a candidate: read from a file, every fault named by its key; or made, for a person to start from."""

import difflib
import json
from pathlib import Path
from typing import TYPE_CHECKING

from closeline.cli.simulate.leg_text import leg_of
from closeline.cli.written import json_of
from closeline.domain.errors import BadInput
from closeline.domain.leagues import League
from closeline.domain.limits.proposal import shown
from closeline.domain.markets import Market, MarketType, Selection, Side, line_quarters, line_text, market

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

    from closeline.domain.gates import Limits
    from closeline.schemas.trial import Written, WrittenCandidate

MEND = "`closeline gates try --example nba` prints a document to start from"
# A selection wants an event; a document has none.
NO_EVENT = ""


def read_document(path: Path) -> "WrittenCandidate":
    """Read a candidate from a JSON file. Raises BadInput that names the key, what was expected and the mend."""
    from pydantic import ValidationError

    from closeline.schemas.trial import WrittenCandidate

    content = json_of(path, MEND, finite=False)
    if not isinstance(content, dict):
        raise BadInput(f"{path} must hold one JSON object, held {shown(content)}; {MEND}")
    try:
        return WrittenCandidate.model_validate(content)
    except ValidationError as faults:
        raise BadInput(_told(WrittenCandidate, faults.errors()[0])) from None


def _told(shape: "type[Written]", fault: "ErrorDetails") -> str:
    """Say a fault of a document in one line."""
    words = [str(step) for step in fault["loc"] if not isinstance(step, int)]
    # A choice of kinds adds the kind to the path: only the names of keys are shown.
    names = [words[0], *(word for word in words[1:2] if word in _keys(_part(shape, words[0])))]
    holder = shape if len(names) == 1 else _part(shape, names[0])
    if fault["type"] == "extra_forbidden":
        return _unknown(shape if len(words) == 1 else _part(shape, words[0]), words)
    key, expects = ".".join(names), _keys(holder)[names[-1]]
    if fault["type"] == "missing":
        return f"{key} must be given ({expects}), was missing; add it, {MEND}"
    return f"{key} must be {expects}, was {shown(fault['input'])}; mend it, {MEND}"


def _unknown(holder: "type[Written]", words: list[str]) -> str:
    known = list(_keys(holder))
    near = difflib.get_close_matches(words[-1], known, n=1)
    mend = f"did you mean {near[0]}?" if near else f"keys are {', '.join(known)}"
    return f"{'.'.join(words[:-1]) or 'document'} must hold only keys that are known, had {shown(words[-1])}; {mend}"


def _keys(shape: "type[Written]") -> dict[str, str]:
    return {name: field.description or "" for name, field in shape.model_fields.items()}


def _part(shape: "type[Written]", name: str) -> "type[Written]":
    from closeline.schemas import trial

    parts: dict[str, type[Written]] = {
        "parts": trial.WrittenParts, "policy": trial.WrittenPolicy, "bias": trial.WrittenBias,
        "slate": trial.WrittenSlate,
    }  # fmt: skip
    return parts.get(name, shape)


def league_of(written: "WrittenCandidate") -> League:
    """Return the league of a document; BadInput for one that is none."""
    try:
        return League(written.league.strip().lower())
    except ValueError:
        raise BadInput(f"league must be one of {', '.join(League)}, was {shown(written.league)}; {MEND}") from None


def selection_of(written: "WrittenCandidate") -> Selection:
    """Return what a document picks, from the market's key with side and line, or from a leg as it is spoken."""
    of = _market(written.market)
    if of is None:
        return _spoken(written)
    if of.type is MarketType.MONEYLINE_3WAY:
        raise BadInput(f"market must have two sides, was {shown(written.market)}; MONEYLINE has them")
    side = _side(written, of)
    if (written.line is None) is of.has_line:
        mend = "add it, such as 225.5" if of.has_line else "leave it out"
        raise BadInput(f"line must be {'given' if of.has_line else 'left out'} for {of.key}; {mend}")
    return Selection(NO_EVENT, of, side, _line(written.line))


def _market(text: str) -> Market | None:
    """Read a market's key, or its kind alone for the whole game; null for anything else."""
    key = text.strip().upper()
    try:
        return market(key if ":" in key else f"{key}:FULL_GAME")
    except ValueError:
        return None


def _side(written: "WrittenCandidate", of: Market) -> Side:
    wanted = "" if written.side is None else written.side.strip().upper()
    if wanted not in of.sides:
        was = "missing" if written.side is None else shown(written.side)
        raise BadInput(f"side must be {' or '.join(of.sides)} for {of.key}, was {was}; {MEND}")
    return Side(wanted)


def _line(points: float | None) -> int | None:
    """Return a line in quarters; one that is no number has none, and its document is blocked for it."""
    if points is None:
        return None
    try:
        return line_quarters(points)
    except OverflowError:
        return 0
    except ValueError:
        if points != points:  # noqa: PLR0124 -- what is not itself is not a number
            return 0
        raise BadInput(f"line must be on a quarter point, was {points:g}; write it as 225, 225.25 or 225.5") from None


def _spoken(written: "WrittenCandidate") -> Selection:
    try:
        leg = leg_of(written.market)
        found = Selection(NO_EVENT, leg.market, leg.side, leg.line_quarters)
    except (ValueError, BadInput):
        raise BadInput(
            f"market must be a key such as TOTAL:FULL_GAME, or a leg such as OVER 225.5, was {shown(written.market)}; "
            f"{MEND}"
        ) from None
    if found.market.type is MarketType.MONEYLINE_3WAY:
        raise BadInput(f"market must have two sides, was {shown(written.market)}; MONEYLINE has them")
    if written.side is not None and written.side.strip().upper() != found.side:
        raise BadInput(f"side must be {found.side} as market says, was {shown(written.side)}; leave it out")
    if written.line is not None and _line(written.line) != found.line_quarters:
        said = line_text(found.line_quarters) or "left out"
        raise BadInput(f"line must be {said} as market says, was {written.line:g}; leave it out")
    return found


def example(limits: "Limits") -> str:
    """Write a document of a total that its league's limits let be a PICK, every key with a value."""
    line = round(2 * limits.baseline_mean_total) / 2
    mean = line + limits.total_soft / 2
    sd = limits.reference_total_sd
    moved = round(min(limits.adjustments_max, limits.total_soft) / 4, 3)
    return json.dumps({
        "league": limits.league, "market": "TOTAL:FULL_GAME", "side": "OVER", "line": line, "price": "-110",
        "price_other": "-110", "probability": 0.58, "probability_sd": 0.03, "push": 0.0, "quote_age_minutes": 2,
        "minutes_to_start": 240, "suspended": False, "mapped": True, "consensus_line": line, "model_mean": mean,
        "model_sd": sd, "market_mean": line, "baseline_mean": limits.baseline_mean_total, "built_mean": mean,
        "line_quantile": 0.42,
        "parts": {"mean": mean, "moved": moved, "adjusted": moved, "pace_z": 0.2, "efficiency_z": 0.4},
        "policy": None, "calibration_active": True, "market_rated": True,
        "bias": {"bias": 0.0, "structural_days": 0}, "slate": {"games": 6, "share": 0.5},
    }, indent=1)  # fmt: skip
