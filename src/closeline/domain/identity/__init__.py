"""Which team a spelling means: exact after folding, then by alias, and nothing when in doubt.

What comes in is the aliases as the record holds them; what goes out is an id or None. A near miss is never
taken: it becomes a suggestion that a person may accept, which then is an alias like any other.
"""

import difflib
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from closeline.domain.identity.names import fold
from closeline.domain.leagues import League

ANY_PROVIDER = "*"

_SUGGESTION_LIKENESS_MIN = 0.6  # difflib's own default: below it the suggestions are noise
_SPELLING_LENGTH_MAX = 100  # a longer one is no name, and comparing it would cost more than it tells


class Alias(NamedTuple):
    """One spelling of one team, as a provider writes it; `*` is anybody's spelling."""

    league: League
    provider: str
    spelling: str
    team_id: str


_Key = tuple[League, str, str]


class AliasTable:
    """The known spellings, read-only. One that a provider gives to two teams means neither."""

    def __init__(self, entries: Iterable[tuple[League, str, str, str]]) -> None:
        """Read aliases, or plain tuples of the same four parts; their order does not matter."""
        meanings: dict[_Key, set[str]] = {}
        spellings: dict[League, dict[str, str]] = {}
        for league, provider, spelling, team_id in entries:
            folded = fold(spelling)
            if folded:
                meanings.setdefault((league, provider, folded), set()).add(team_id)
                known = spellings.setdefault(league, {})
                known[folded] = min(spelling, known.get(folded, spelling))
        self._meanings: Mapping[_Key, frozenset[str]] = {key: frozenset(ids) for key, ids in meanings.items()}
        self._spellings: Mapping[League, Mapping[str, str]] = spellings

    def resolve(self, league: League, provider: str, spelling: str) -> str | None:
        """Return the id of the team that a provider means, or None when that is unknown or ambiguous.

        A provider's own spelling goes before everybody's, because only it can know what it calls `Los
        Angeles`.
        """
        folded = fold(spelling)
        for source in (provider, ANY_PROVIDER):
            ids = self._meanings.get((league, source, folded))
            if ids is not None:
                return next(iter(ids)) if len(ids) == 1 else None
        return None

    def meaning(self, league: League, spelling: str) -> str | None:
        """Return the id of the team that everybody means by a spelling; None where nobody does, or they differ."""
        folded = fold(spelling)
        found = {
            team for (of, _, text), teams in self._meanings.items() if (of, text) == (league, folded) for team in teams
        }
        return found.pop() if len(found) == 1 else None

    def suggest(self, spelling: str, n: int = 3, *, league: League | None = None) -> tuple[str, ...]:
        """Return up to n known spellings that look alike, best first. They are shown, never applied."""
        if len(spelling) > _SPELLING_LENGTH_MAX:
            return ()
        leagues = self._spellings.values() if league is None else [self._spellings.get(league, {})]
        known = {folded: text for each in leagues for folded, text in each.items()}
        near = difflib.get_close_matches(fold(spelling), sorted(known), n, _SUGGESTION_LIKENESS_MIN)
        return tuple(known[folded] for folded in near)
