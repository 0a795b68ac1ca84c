"""Adding: words become a bet, and a bet is held against the record before it is written down.

Nothing is guessed: an event, a player or a pick that the record does not know is refused, and so is a bet that was
placed when its game had ended.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from closeline.domain.errors import BadInput
from closeline.domain.markets import Selection
from closeline.domain.money.bets import Bet, selection_named, with_line
from closeline.domain.money.denominations import UNITS, amount_of
from closeline.domain.odds import OddsFormat, Price
from closeline.domain.settlement import settles
from closeline.flow.settle import Known, known_of
from closeline.store.desk import bets, picks
from closeline.store.players import seen_of
from closeline.store.session import Session

NOTE_MAX = 500
NAME_MAX = 100


class Objected(StrEnum):
    """Why a row is no bet of the ledger."""

    UNREADABLE = "UNREADABLE"
    UNKNOWN_EVENT = "UNKNOWN_EVENT"
    UNKNOWN_PLAYER = "UNKNOWN_PLAYER"
    OTHER_TEAM = "OTHER_TEAM"
    UNKNOWN_PICK = "UNKNOWN_PICK"
    PICK_DIFFERS = "PICK_DIFFERS"
    NOT_SETTLED_HERE = "NOT_SETTLED_HERE"
    PLACED_IN_THE_FUTURE = "PLACED_IN_THE_FUTURE"
    PLACED_AFTER_THE_END = "PLACED_AFTER_THE_END"
    EXTERNAL_ID_TAKEN = "EXTERNAL_ID_TAKEN"


@dataclass(frozen=True, slots=True)
class Objection:
    """What is wrong with a bet, in one word and in one line."""

    reason: Objected
    text: str


@dataclass(frozen=True, slots=True)
class NewBet:
    """A bet as somebody writes it; without `selection` it is that of the pick, and `line` replaces the line."""

    book: str
    price: str
    stake: str
    placed_at: datetime
    selection: str | None = None
    line: str | None = None
    price_format: OddsFormat = OddsFormat.AMERICAN
    denomination: str = UNITS
    external_id: str | None = None
    pick_id: str | None = None
    note: str = ""


def drafted(session: Session, new: NewBet, *, tenant_id: str) -> Bet:
    """Read a bet from its words; raises BadInput in one line, and NotFound for a pick that is not there."""
    selection = _selection(session, new, tenant_id)
    return Bet(
        tenant_id=tenant_id,
        selection=selection if new.line is None else with_line(selection, new.line),
        book=new.book.strip(),
        price=price_of(new.price, new.price_format),
        stake=amount_of(new.stake, new.denomination),
        denomination=new.denomination,
        placed_at=new.placed_at,
        external_id=text_of("external_id", new.external_id or "", NAME_MAX) or None,
        pick_id=text_of("pick_id", new.pick_id or "", NAME_MAX) or None,
        note=text_of("note", new.note, NOTE_MAX),
    )


def price_of(text: str, form: OddsFormat) -> Price:
    """Read a price exactly as it was taken; raises BadInput in one line."""
    return Price.quoted(text.strip(), form)


def text_of(name: str, text: str, most: int) -> str:
    """Return a text of one line, or none; raises BadInput where it is too long or holds what nobody can read."""
    line = text.strip()
    if len(line) > most or (line and not line.isprintable()):
        raise BadInput(f"{name} must be at most {most} readable characters on one line, was {line[:40]!a}")
    return line


def _selection(session: Session, new: NewBet, tenant_id: str) -> Selection:
    if new.selection:
        return selection_named(new.selection)
    if not new.pick_id:
        raise BadInput(
            "a bet must name its selection or the pick that it follows, named neither; give SELECTION or --pick"
        )
    return picks.named(session, new.pick_id, tenant_id=tenant_id).selection


def objection(
    session: Session, drafts: Sequence[Bet], *, tenant_id: str, at: datetime
) -> Mapping[str, Objection]:  # fmt: skip
    """Return, by the bet's name, what the record has against each of these bets; those without are fine."""
    events = sorted({bet.selection.event_id for bet in drafts})
    known = known_of(session, events, at=at)
    named = sorted({bet.selection.market.player_id for bet in drafts if bet.selection.market.player_id})
    players = bets.players_known(session, named)
    elsewhere = _elsewhere(session, drafts, known, at)
    outside = bets.named_outside(
        session, sorted({bet.external_id for bet in drafts if bet.external_id}), tenant_id=tenant_id
    )
    found: dict[str, Objection] = {}
    for bet in drafts:
        event_id = bet.selection.event_id
        said = _of_terms(bet, players, at) or elsewhere.get(bet.bet_id) or _of_pick(session, bet, tenant_id)
        if event_id not in known.versions:
            text = f"event must be in the record, {event_id[:100]!a} was not; import or capture it first"
            said = Objection(Objected.UNKNOWN_EVENT, text)
        ended = known.final_at(event_id)
        if said is None and ended is not None and bet.placed_at >= ended:
            placed = bet.placed_at.isoformat()
            text = f"a bet must be placed before its game has ended, {ended.isoformat()}, was at {placed}"
            said = Objection(Objected.PLACED_AFTER_THE_END, text)
        said = said or _of_name(bet, outside)
        if said is not None:
            found[bet.bet_id] = said
    return found


def _of_terms(bet: Bet, players: Mapping[str, str], at: datetime) -> Objection | None:
    of, league = bet.selection.market, bet.league
    if bet.placed_at > at:
        text = f"placed_at must not be later than now, {at.isoformat()}, was {bet.placed_at.isoformat()}"
        return Objection(Objected.PLACED_IN_THE_FUTURE, text)
    if not settles(league, of):
        return Objection(Objected.NOT_SETTLED_HERE, f"market must be one that can be settled in {league}, was {of.key}")
    if of.player_id and players.get(of.player_id) != league:
        text = f"player must be known in {league}, {of.player_id[:60]!a} was not; import his games first"
        return Objection(Objected.UNKNOWN_PLAYER, text)
    return None


def _elsewhere(session: Session, drafts: Sequence[Bet], known: Known, at: datetime) -> dict[str, Objection]:
    """Return, by the bet's name, what is wrong with bets on players who are of neither team, as far as anybody knows.

    Such a bet would be void as on one who did not play. Of whom no game is known around the day, nothing is said.
    """
    found: dict[str, Objection] = {}
    on_players = [bet for bet in drafts if bet.selection.market.player_id and bet.selection.event_id in known.versions]
    for league in sorted({bet.league for bet in on_players}):
        own = [(bet, known.versions[bet.selection.event_id][-1]) for bet in on_players if bet.league is league]
        names = sorted({bet.selection.market.player_id for bet, _ in own})
        seen = seen_of(session, names, [event.day for _, event in own], league=league, as_of=at)
        for bet, event in own:
            player, teams = bet.selection.market.player_id, (event.home_team_id, event.away_team_id)
            his = seen[player].around(event.day) if player in seen else frozenset()
            if his and not his & set(teams):
                text = (
                    f"player must be of {teams[0]} or {teams[1]}, {player[:60]!a} played for {', '.join(sorted(his))}; "
                    "if he has changed his team, import his first game for it and add the bet then"
                )
                found[bet.bet_id] = Objection(Objected.OTHER_TEAM, text)
    return found


def _of_pick(session: Session, bet: Bet, tenant_id: str) -> Objection | None:
    if bet.pick_id is None:
        return None
    pick = picks.find(session, bet.pick_id, tenant_id=tenant_id)
    if pick is None:
        return Objection(Objected.UNKNOWN_PICK, f"pick must be in the record, {bet.pick_id[:60]!a} was not")
    own, its = bet.selection, pick.selection
    if (own.event_id, own.market, own.side) != (its.event_id, its.market, its.side):
        text = f"a bet after a pick must be on its event, market and side, {its.selection_id}, was {own.selection_id}"
        return Objection(Objected.PICK_DIFFERS, text)
    return None


def _of_name(bet: Bet, outside: Mapping[tuple[str, str], str]) -> Objection | None:
    if bet.external_id is None:
        return None
    other = outside.get((bet.book, bet.external_id))
    if other is None or other == bet.bet_id:
        return None
    text = (
        f"external_id must name one bet at {bet.book}, {bet.external_id!a} names bet {other} with other terms already"
    )
    return Objection(Objected.EXTERNAL_ID_TAKEN, text)
