"""The ten-year football archive: a JSON list, one object per game, nicknames, no starts and no prices.

Its known defects are handled here: spread and total swapped where the favourite changed, 0 for the home team
of the neutral-site final, 0 for a moneyline that was not kept.
"""

from collections.abc import Iterator
from decimal import Decimal

from closeline.domain.errors import UnreadableFile
from closeline.domain.feeds.captures import ParsedPayload, Phase, RawPayload, Rejected
from closeline.domain.leagues import League
from closeline.domain.markets import MONEYLINE, SPREAD, TOTAL, Market, MarketType, Period
from closeline.providers.archives.games import ArchiveGame, payload_of, rejected_record
from closeline.providers.archives.quotes import Offer
from closeline.providers.fields import cell, compact_day, number, whole
from closeline.providers.lines import FULL_GAME, SECOND_HALF, is_placeholder
from closeline.providers.periods import Ending, ending
from closeline.providers.reasons import Reason
from closeline.providers.spellings import name_of
from closeline.providers.strict_json import Json, loads, looks_like_json

Record = dict[str, Json]

_MARK = b'"home_close_spread"'
_QUARTERS = ("1stQtr", "2ndQtr", "3rdQtr", "4thQtr")
_HALF_SPREAD = Market(MarketType.SPREAD, Period.SECOND_HALF)
_HALF_TOTAL = Market(MarketType.TOTAL, Period.SECOND_HALF)


class FootballArchive:
    """One JSON object per game, seasons 2011 to 2021."""

    name = "football_archive"
    parser_version = "football_archive/1"

    def recognises(self, payload: RawPayload) -> bool:
        """Say whether this is JSON with the archive's own keys."""
        return looks_like_json(payload.content) and _MARK in payload.content[:4096]

    def parse(self, payload: RawPayload) -> ParsedPayload:
        """Read the list; what cannot be read is rejected by row."""
        records = loads(payload.content, payload.name)
        if not isinstance(records, list):
            raise UnreadableFile(f"{payload.name} must be a list of games, was an object")
        rejected: list[Rejected] = []
        games = list(_games(records, rejected))
        return payload_of(games, rejected, provider=self.name, parser_version=self.parser_version)


def _games(records: list[Json], rejected: list[Rejected]) -> Iterator[ArchiveGame]:
    for position, record in enumerate(records, start=1):
        place = f"row {position}"
        if not isinstance(record, dict):
            rejected.append(rejected_record(Reason.BAD_RECORD, place, record))
            continue
        offers = tuple(_offers(record, place))
        day, season = compact_day(record.get("date")), whole(record.get("season"))
        home, away = name_of(record.get("home_team")), name_of(record.get("away_team"))
        if home is None or away is None:
            rejected.append(rejected_record(Reason.UNKNOWN_TEAM, place, record, offers))
        elif day is None or season is None or not 0 <= day.year - season <= 1 or home == away:
            rejected.append(rejected_record(Reason.BAD_RECORD, place, record, offers))
        else:
            end = _ending(record)
            if end is None:
                score = record.get("home_final"), record.get("away_final")
                rejected.append(rejected_record(Reason.BAD_RESULT, f"{place} home_final", score))
            yield ArchiveGame(League.NFL, day, season, home, away, place, offers, end)


def _ending(record: Record) -> Ending | None:
    score = (whole(record.get("home_final")), whole(record.get("away_final")))
    home, away = ([whole(record.get(f"{side}_{name}")) for name in _QUARTERS] for side in ("home", "away"))
    return ending(League.NFL, score, home, away)


def _offers(record: Record, place: str) -> Iterator[Offer]:
    close, close_total = number(record.get("home_close_spread")), number(record.get("close_over_under"))
    swapped = close is not None and close_total is not None and abs(close) > close_total
    closing = min(abs(close), abs(close_total)) if close is not None and close_total is not None else close
    opening = number(record.get("home_open_spread"))
    fault = _opening_fault(opening, closing, swapped=swapped)
    yield _spread(record, "open", Phase.OPEN, SPREAD, place, fault)
    yield _total(record, "open_over_under", Phase.OPEN, TOTAL, place)
    if swapped and close is not None and close_total is not None:
        yield from _swapped_close(record, close, close_total, place)
    else:
        yield _spread(record, "close", Phase.CLOSE, SPREAD, place)
        yield _total(record, "close_over_under", Phase.CLOSE, TOTAL, place)
    prices = (_moneyline(record, "home_close_ml"), _moneyline(record, "away_close_ml"))
    yield Offer(Phase.CLOSE, MONEYLINE, None, (cell(prices[0]), cell(prices[1])), f"{place} close_ml")
    yield from _second_half(record, place)


def _opening_fault(opening: Decimal | None, closing: Decimal | None, *, swapped: bool) -> Reason | None:
    """Return why an opening spread must not be used.

    Where the closing cells are swapped the favourite changed since the open, and the opening spread carries
    the closing favourite's sign in most rows: its sign would tell the future.
    """
    if swapped and opening:
        return Reason.DOUBTFUL_SIGN
    return Reason.PLACEHOLDER_LINE if is_placeholder(opening, closing) else None


def _spread(record: Record, word: str, phase: Phase, market: Market, place: str, fault: Reason | None = None) -> Offer:
    home, away = record.get(f"home_{word}_spread"), record.get(f"away_{word}_spread")
    value, other = number(home), number(away)
    if value is not None and other is not None and value != -other:
        fault = Reason.UNPAIRED_LINE
    return Offer(phase, market, cell(home), (None, None), f"{place} home_{word}_spread", fault=fault)


def _total(record: Record, key: str, phase: Phase, market: Market, place: str) -> Offer:
    value = number(record.get(key))
    usual = FULL_GAME if market.period is Period.FULL_GAME else SECOND_HALF
    possible = value is None or usual[League.NFL].is_total(value)
    fault = None if possible else Reason.OUT_OF_RANGE_LINE
    return Offer(phase, market, cell(record.get(key)), (None, None), f"{place} {key}", fault=fault)


def _swapped_close(record: Record, spread: Decimal, total: Decimal, place: str) -> Iterator[Offer]:
    """Yield the close with its cells set right: the larger is the total, the smaller the spread."""
    home, away = (number(_moneyline(record, f"{side}_close_ml")) for side in ("home", "away"))
    line, fault = abs(total), None
    if line and (home is None or away is None or home == away):
        fault = Reason.DOUBTFUL_SIGN
    elif line and home is not None and away is not None and home < away:
        line = -line
    where = f"{place} close_over_under"
    yield Offer(Phase.CLOSE, SPREAD, line, (None, None), where, fault=fault)
    yield Offer(Phase.CLOSE, TOTAL, abs(spread), (None, None), f"{place} home_close_spread")


def _second_half(record: Record, place: str) -> Iterator[Offer]:
    spread, total = number(record.get("home_2H_spread")), number(record.get("2H_total"))
    if spread is None or total is None or abs(spread) <= total:
        yield _spread(record, "2H", Phase.CLOSE, _HALF_SPREAD, place)
        yield _total(record, "2H_total", Phase.CLOSE, _HALF_TOTAL, place)
        return
    # Swapped; no moneyline of the half says who its favourite was.
    fault = Reason.DOUBTFUL_SIGN if total else None
    yield Offer(Phase.CLOSE, _HALF_SPREAD, total, (None, None), f"{place} 2H_total", fault=fault)
    yield Offer(Phase.CLOSE, _HALF_TOTAL, abs(spread), (None, None), f"{place} home_2H_spread")


def _moneyline(record: Record, key: str) -> Json:
    value = record.get(key)
    return None if number(value) == 0 else value
