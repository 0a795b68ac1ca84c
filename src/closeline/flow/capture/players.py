"""Players: whom a payload's prices name becomes a player of the record, or a question.

What a person has decided a spelling means goes first; then the league's roster, within the two teams of the event.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from closeline.domain.feeds.captures import ParsedPayload
from closeline.domain.identity import AliasTable
from closeline.domain.identity.naming import Question, QuestionKind
from closeline.domain.identity.players import Roster
from closeline.domain.leagues import League
from closeline.domain.props.boxes import LOGS_OF
from closeline.store import players
from closeline.store.references import NewEvent, identity
from closeline.store.session import Session

UNKNOWN_PLAYER = "UNKNOWN_PLAYER"


@dataclass(frozen=True, slots=True)
class Players:
    """The players that a payload names, by the provider's id of the event and the spelling; others are questions."""

    known: Mapping[tuple[str, str], str]
    questions: tuple[Question, ...] = ()


def resolve_players(session: Session, parsed: ParsedPayload, events: Mapping[str, NewEvent]) -> Players:
    """Read the players whom a payload's quotes name; one name may be one player in one game, and another in the next.

    events: those that have a name, by the provider's own id. Of the others' players only the league is known.
    """
    asked = _asked(parsed)
    if not asked:
        return Players({})
    leagues = {event.provider_event_id: (event.league, event.season) for event in parsed.events}
    decided = AliasTable(identity.player_aliases(session, sorted({league for league, _ in leagues.values()})))
    rosters: dict[tuple[League, int], Roster] = {}
    known: dict[tuple[str, str], str] = {}
    questions: dict[tuple[str, str], Question] = {}
    for (own_id, spelling), place in asked.items():
        league, season = leagues[own_id]
        if (league, season) not in rosters:
            rosters[league, season] = players.roster(session, league, season=season, provider=LOGS_OF)
        event = events.get(own_id)
        teams = () if event is None else (event.home_team_id, event.away_team_id)
        means = decided.resolve(league, parsed.provider, spelling)
        found = rosters[league, season].find(spelling, teams, decided=means)
        if found.player_id is not None:
            known[own_id, spelling] = found.player_id
        else:
            question = Question(league, spelling, found.suggestions, place, QuestionKind.PLAYER)
            questions.setdefault((league, spelling), question)
    return Players(known, tuple(questions.values()))


def _asked(parsed: ParsedPayload) -> dict[tuple[str, str], str]:
    """Return who is named in which event, with the place; a suspension asks nothing: its player was never priced."""
    own_ids = {event.provider_event_id for event in parsed.events}
    found: dict[tuple[str, str], str] = {}
    for item in parsed.quotes:
        if item.player and item.provider_event_id in own_ids:
            found.setdefault((item.provider_event_id, item.player), item.place)
    return found
