"""What was played: results beside their closing markets, in the order in which they became known."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select

from closeline.domain.picks.closing import CLV_V1
from closeline.store import evaluations
from closeline.store.evaluations import Evaluation
from closeline.store.references import EventVersion, versions_when
from closeline.store.results import EventResult, first_finals
from closeline.store.session import Session
from closeline.store.tables.evidence import event_result

_RECEIVED = (
    select(event_result.c.event_id)
    .where(event_result.c.received_at > bindparam("after"), event_result.c.received_at <= bindparam("until"))
    .distinct()
)
_CHUNK = 2000


@dataclass(frozen=True, slots=True)
class PlayedGame:
    """A finished game with the evaluations of its markets, oldest first, all received before it started."""

    version: EventVersion
    result: EventResult
    evaluations: tuple[Evaluation, ...]

    def close(self, market_key: str) -> Evaluation | None:
        """Return the last two-sided evaluation of a market before the start; null where none is fresh enough."""
        oldest = self.version.starts_at - CLV_V1.max_age
        found = [
            item
            for item in self.evaluations
            if item.market_key == market_key and item.is_reference and item.received_at >= oldest
        ]
        return found[-1] if found else None


def played(session: Session, *, league: str, after: datetime, until: datetime) -> list[PlayedGame]:
    """Return the games whose first final results were received in (after, until], by receipt, day and id."""
    received = session.rows(_RECEIVED, {"after": after, "until": until})
    names = sorted(row.event_id for row in received if row.event_id.startswith(f"{league}_"))
    games: list[PlayedGame] = []
    for start in range(0, len(names), _CHUNK):
        games.extend(_games(session, names[start : start + _CHUNK], after, until))
    return sorted(games, key=lambda game: (game.result.received_at, game.version.day, game.version.event_id))


def _games(session: Session, names: Sequence[str], after: datetime, until: datetime) -> list[PlayedGame]:
    # The first final result is what is learned, once; and the event as it was known then, whatever is said later.
    finals = {
        name: result for name, result in first_finals(session, names, as_of=until).items() if result.received_at > after
    }
    known = versions_when(session, {name: result.received_at for name, result in finals.items()})
    priced: defaultdict[str, list[Evaluation]] = defaultdict(list)
    for item in evaluations.of_events(session, sorted(known), as_of=until):
        if item.received_at < known[item.event_id].starts_at:
            priced[item.event_id].append(item)
    return [PlayedGame(known[name], finals[name], tuple(priced[name])) for name in sorted(known)]
