"""Faults of what the answer says: boards that are valid JSON and wrong, odd, old or merely inconvenient.

Each is a pure change of the events of one answer. Which events it meets depends on their place on the board alone, so
that a script gives the same answers every time. `amount` is how many events a fault meets from the first one on, all of
them at 0, where nothing else is said.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from closeline.providers.fields import instant
from closeline.providers.simulator.answering import Answer
from closeline.providers.simulator.faults.scenes import Fault, Scene
from closeline.providers.simulator.recording import Record, stamp
from closeline.providers.strict_json import Json

MOVED_BY = timedelta(minutes=45)
POSTPONED_BY = timedelta(days=1)
STRANGER = "Springfield Isotopes"
Change = Callable[[Record], Record]


def _events(change: Change) -> Fault:
    """Return a fault that changes the first `amount` events, all of them at 0."""

    def fault(answer: Answer, scene: Scene) -> Answer:
        most = int(scene.amount) or None
        return _changed(answer, lambda events: [
            change(event) if most is None or place < most else event for place, event in enumerate(events)
        ])  # fmt: skip

    return fault


def _changed(answer: Answer, change: Callable[[list[Record]], list[Record]]) -> Answer:
    """Change the events of an answer, whichever envelope they stand in; what holds none is left as it is."""
    value = answer.value
    if answer.status != 200 or answer.content is not None:
        return answer
    if isinstance(value, dict) and "data" in value:
        return replace(answer, value={**value, "data": _of(value["data"], change)})
    return replace(answer, value=_of(value, change))


def _of(value: Json, change: Callable[[list[Record]], list[Record]]) -> Json:
    if isinstance(value, list):
        return list(change([item for item in value if isinstance(item, dict)]))
    if isinstance(value, dict) and "home_team" in value:
        return change([value])[0]
    return value


def _markets(change: Change) -> Change:
    """Return a change of every market of an event."""

    def changed(event: Record) -> Record:
        books: list[Json] = [
            {**book, "markets": [change(market) for market in _listed(book, "markets")]}
            for book in _listed(event, "bookmakers")
        ]
        return {**event, "bookmakers": books} if "bookmakers" in event else event

    return changed


def _reordered(market: Record) -> Record:
    return {**market, "outcomes": list(reversed(_listed(market, "outcomes")))}


def _one_sided(market: Record) -> Record:
    return {**market, "outcomes": list(_listed(market, "outcomes")[:1])}


def _suspended(market: Record) -> Record:
    outcomes: list[Json] = [{**item, "price": None} for item in _listed(market, "outcomes")]
    return {**market, "outcomes": outcomes}


def _sign_flipped(market: Record) -> Record:
    if market.get("key") != "spreads":
        return market
    first, *rest = _listed(market, "outcomes") or [{}]
    return {**market, "outcomes": [{**first, "point": rest[0]["point"]}, *rest] if rest else [first]}


def _swapped(event: Record) -> Record:
    return {**event, "home_team": event["away_team"], "away_team": event["home_team"]}


def _renamed(event: Record) -> Record:
    """Give the home team a name that nobody knows, in the prices too."""
    home = event["home_team"]

    def named(market: Record) -> Record:
        outcomes: list[Json] = [
            {**item, "name": STRANGER} if item.get("name") == home else item for item in _listed(market, "outcomes")
        ]
        return {**market, "outcomes": outcomes}

    return {**_markets(named)(event), "home_team": STRANGER}


def _later(by: timedelta) -> Change:
    def moved(event: Record) -> Record:
        starts_at = instant(event["commence_time"])
        return event if starts_at is None else {**event, "commence_time": stamp(starts_at + by)}

    return moved


def _without_books(event: Record) -> Record:
    """Leave out every second book."""
    return {**event, "bookmakers": list(_listed(event, "bookmakers")[::2])} if "bookmakers" in event else event


def event_twice(answer: Answer, scene: Scene) -> Answer:
    """List the first event twice under one id."""
    del scene
    return _changed(answer, lambda events: [*events[:1], *events])


def two_ids(answer: Answer, scene: Scene) -> Answer:
    """List the first event a second time under an id of its own, as if it were another game."""
    del scene

    def again(events: list[Record]) -> list[Record]:
        return [*events, *({**event, "id": f"{str(event['id'])[:-4]}ffff"} for event in events[:1])]

    return _changed(answer, again)


def no_events(answer: Answer, scene: Scene) -> Answer:
    """Answer with an empty board."""
    del scene
    return _changed(answer, lambda _: [])


def stale(answer: Answer, scene: Scene) -> Answer:
    """Go on answering 200 with the very body of the window's beginning."""
    return replace(scene.honest(scene.since), cost=answer.cost)


def _listed(record: Record, name: str) -> list[Record]:
    found = record.get(name)
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


BOARDS: dict[str, Fault] = {
    "outcomes_reordered": _events(_markets(_reordered)),
    "one_sided": _events(_markets(_one_sided)),
    "suspended": _events(_markets(_suspended)),
    "sign_flipped": _events(_markets(_sign_flipped)),
    "teams_swapped": _events(_swapped),
    "team_renamed": _events(_renamed),
    "books_missing": _events(_without_books),
    "start_moved": _events(_later(MOVED_BY)),
    "postponed": _events(_later(POSTPONED_BY)),
    "event_twice": event_twice,
    "two_ids": two_ids,
    "no_events": no_events,
    "stale": stale,
}
