"""A recording from a folder of responses as they were received: the newest one before a moment is the answer.

The name of each file says its endpoint, its sport and when it was recorded, such as
`odds_americanfootball_nfl_2025-10-21T115848Z.json`.
"""

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from closeline.domain.errors import BadInput
from closeline.domain.feeds.captures import RawPayload
from closeline.domain.leagues import SPORT_KEYS
from closeline.providers.fields import instant, whole
from closeline.providers.simulator.recording import LENGTHS, Ending, Record, Span
from closeline.providers.strict_json import Json, loads

_NAME = re.compile(r"(?P<what>odds|scores)_(?P<sport>[a-z]+_[a-z]+)_(?P<at>\d{4}-\d\d-\d\dT\d{6}Z)\.json")
# A board that nobody recorded anew is not what the vendor would say hours later.
STANDS = timedelta(hours=13)


class Folder:
    """Recorded days as whole responses. Only boards and scores are used; other files are left out."""

    synthetic = False

    def __init__(self, payloads: Sequence[RawPayload]) -> None:
        """Read the files; raises BadInput when none is a board, UnreadableFile for one that is broken."""
        self._boards: defaultdict[str, list[tuple[datetime, list[Record]]]] = defaultdict(list)
        self._scores: defaultdict[str, list[tuple[datetime, list[Record]]]] = defaultdict(list)
        for payload in payloads:
            found = _NAME.fullmatch(payload.name)
            at = _time(found["at"]) if found else None
            if found is None or at is None or found["sport"] not in SPORT_KEYS:
                continue
            kept = self._boards if found["what"] == "odds" else self._scores
            kept[found["sport"]].append((at, _records(loads(payload.content, payload.name))))
        for held in (*self._boards.values(), *self._scores.values()):
            held.sort(key=lambda item: item[0])
        if not self._boards:
            raise BadInput("folder must hold recorded boards such as odds_americanfootball_nfl_TIME.json, held none")

    def sports(self) -> Sequence[str]:
        """Return the vendor's sport keys that the folder holds."""
        return sorted({*self._boards, *self._scores})

    def span(self) -> Span:
        """Return the times of the first and the last board."""
        times = [at for boards in self._boards.values() for at, _ in boards]
        return Span(min(times), max(times))

    def times(self, sport: str) -> list[datetime]:
        """Return when each board of a sport was recorded."""
        return [at for at, _ in self._boards.get(sport, ())]

    def board(self, sport: str, at: datetime) -> list[Record]:
        """Return the newest board before a moment, none where that is too long ago."""
        recorded = _newest(self._boards.get(sport, []), at)
        return recorded[1] if recorded is not None and at - recorded[0] < STANDS else []

    def endings(self, sport: str, at: datetime) -> list[Ending]:
        """Return the newest scores before a moment, and the games of the board that they do not tell of."""
        recorded = _newest(self._scores.get(sport, []), at)
        told = [_ending(record) for record in (recorded[1] if recorded else [])]
        known = {ending.event_id for ending in told if ending is not None}
        begun = [_begun(event) for event in self.board(sport, at) if event.get("id") not in known]
        length = LENGTHS[SPORT_KEYS[sport]]
        return [
            ending
            for ending in (*told, *begun)
            if ending is not None and (ending.over or at < ending.starts_at + length)
        ]


def _newest(held: list[tuple[datetime, list[Record]]], at: datetime) -> tuple[datetime, list[Record]] | None:
    place = bisect_right(held, at, key=lambda item: item[0])
    return held[place - 1] if place else None


def _time(text: str) -> datetime | None:
    return instant(f"{text[:13]}:{text[13:15]}:{text[15:]}")


def _records(value: Json) -> list[Record]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _begun(record: Record) -> Ending | None:
    return _ending({**record, "completed": False, "scores": None})


def _ending(record: Record) -> Ending | None:
    starts_at = instant(record.get("commence_time"))
    if starts_at is None:
        return None
    home, away = str(record.get("home_team")), str(record.get("away_team"))
    scores: Any = record.get("scores") or []
    points = {str(item["name"]): whole(item["score"]) for item in scores}
    over = record.get("completed") is True and len(points) == 2
    final = (points.get(home), points.get(away)) if over else (None, None)
    return Ending(str(record.get("id")), home, away, starts_at, *final, over)
