"""What a forecast of players may use: the lines of a snapshot, the logs by then, and the features of both."""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
from numpy.typing import NDArray

from closeline.domain.leagues import League
from closeline.domain.markets import PLAYER_TYPES, market
from closeline.flow.forecast.props.lines import Line
from closeline.flow.forecast.questions import reference
from closeline.maths.props.features.table import FeatureTable
from closeline.maths.props.logs import PlayerLogs
from closeline.store import evaluations, players, references
from closeline.store.evaluations import Evaluation
from closeline.store.players import SlateEntry
from closeline.store.references import EventVersion
from closeline.store.session import Session

FeaturesOf = Callable[[PlayerLogs], FeatureTable]


@dataclass(frozen=True, slots=True)
class Slate:
    """The players' lines of a snapshot, in order of event and market, and the events as they were known."""

    lines: tuple[Line, ...]
    events: Mapping[str, EventVersion]


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """The logs with their features, and what names them: the hash of the data and of what the columns are called.

    By (event, player): `rows`, where what is about to be played stands, and `entries`, what is expected of him.
    """

    matrix: NDArray[np.float32]
    rows: Mapping[tuple[str, str], int]
    entries: Mapping[tuple[str, str], SlateEntry]
    data_hash: str
    features_hash: str


def slate_of(session: Session, snapshot_id: str, *, league: League, as_of: datetime) -> Slate:
    """Return the players' lines that a snapshot prices, one of each market, at the book that a desk goes by."""
    by_event: defaultdict[str, list[Evaluation]] = defaultdict(list)
    for item in evaluations.of_snapshot(session, snapshot_id, as_of=as_of):
        if item.event_id.startswith(f"{league}_") and market(item.market_key).type in PLAYER_TYPES:
            by_event[item.event_id].append(item)
    events = references.versions(session, sorted(by_event), as_of=as_of)
    lines = [
        Line(
            event_id, of, found.line_quarters or 0, found.book, found.snapshot_id, found.is_reference,
            found.fair_probability,
        )
        for event_id in sorted(events)
        for of in sorted({market(item.market_key) for item in by_event[event_id]}, key=lambda one: one.key)
        if (found := reference(by_event[event_id], of)) is not None
    ]  # fmt: skip
    return Slate(tuple(lines), events)


def known_logs(
    session: Session, slate: Slate, features_of: FeaturesOf, *, league: League, as_of: datetime
) -> Known:  # fmt: skip
    """Read the logs by `as_of` with a row for whoever is expected on the slate's days, and make their features."""
    days = sorted({date.fromisoformat(event.day) for event in slate.events.values()})
    expected = [entry for day in days for entry in players.slate_of(session, league, day, as_of).entries]
    logs = players.read_logs(session, league, as_of=as_of, slate=expected)
    table = features_of(logs)
    ahead = np.flatnonzero(~logs.played)
    rows = {(logs.games[logs.game[row]], logs.players[logs.player[row]]): int(row) for row in ahead.tolist()}
    entries = {(entry.event_id, entry.player_id): entry for entry in expected}
    return Known(table.matrix, rows, entries, data_hash(logs), _names_hash(table.names))


def data_hash(logs: PlayerLogs) -> str:
    """Return the hash of who did what on which day, of what was reported of whom, and of who is expected.

    What the games are called is left out: one that gets the name of an event later is the same game.
    """
    order = np.lexsort((logs.team, logs.player, logs.day))
    columns = (logs.season, logs.day, logs.player, logs.team, logs.opponent, logs.home)
    digest = hashlib.sha256("\0".join((*logs.players, "", *logs.teams)).encode())
    for column in columns:
        digest.update(np.ascontiguousarray(column[order]).tobytes())
    digest.update(np.ascontiguousarray(logs.box[:, order]).tobytes())
    for told in (logs.reports.player, logs.reports.told_at, logs.reports.plays):
        digest.update(np.ascontiguousarray(told).tobytes())
    return digest.hexdigest()[:32]


def _names_hash(names: Sequence[str]) -> str:
    return hashlib.sha256("\0".join(names).encode()).hexdigest()[:32]
