"""Which player a spelling means: by the league's roster, within the two teams of a game, and nobody when in doubt.

A name is compared without accents, punctuation and hyphens, and its generational suffix is told apart: a source may
leave `Jr.` out or put it in, but `Sr.` is never `Jr.`. A nickname is never expanded, a near miss never taken.
"""

import difflib
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from closeline.domain.identity.names import fold

# Letters that no decomposition takes apart, as they are written where nobody has the key for them.
_LETTERS = str.maketrans({
    "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "\u0131": "i", "ŋ": "n",
})  # fmt: skip
_SUFFIXES = {"jr": "jr", "junior": "jr", "sr": "sr", "senior": "sr", "ii": "ii", "iii": "iii", "iv": "iv"}
_SUGGESTION_LIKENESS_MIN = 0.75  # of a name without accents; below it suggestions are of somebody else
_SPELLING_LENGTH_MAX = 100
_NAMED_MOST = 3
_WORDS_OF_A_NAME = 2  # what follows them may be a suffix


@dataclass(frozen=True, slots=True)
class FoldedName:
    """A player's name as names are compared: the core of letters, and the suffix, empty where there is none."""

    core: str
    suffix: str

    def may_be(self, other: "FoldedName") -> bool:
        """Say whether two spellings may be of one player: one core, and no two suffixes that contradict each other."""
        return self.core == other.core and (self.suffix == other.suffix or not (self.suffix and other.suffix))


@lru_cache(maxsize=8192)
def folded_name(spelling: str) -> FoldedName:
    """Return a spelling in the form in which players' names are compared.

    `Luka Dončić` and `LUKA DONCIC` fold alike, and so do `P.J. Washington` and `PJ Washington`.
    """
    # A comma may stand before a suffix: nothing else may be taken for the end of a name.
    words = unicodedata.normalize("NFKC", spelling).casefold().replace(",", " ").split()
    suffix = _SUFFIXES.get(words[-1].strip(".")) if len(words) > _WORDS_OF_A_NAME else None
    core = fold("".join(words[:-1] if suffix else words))
    plain = "".join(letter for letter in unicodedata.normalize("NFD", core) if unicodedata.category(letter) != "Mn")
    return FoldedName(plain.translate(_LETTERS), suffix or "")


@dataclass(frozen=True, slots=True)
class RosterPlayer:
    """A player of a league: every spelling that the source of the logs has used, and his teams of late.

    `teams` are those for which he has played this season, or last season where he has not played in this one. A player
    without any has not played of late.
    """

    player_id: str
    spellings: tuple[str, ...]
    teams: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Found:
    """Whom a spelling means, None where that is in doubt; then who may be meant, for a person to decide."""

    player_id: str | None
    suggestions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Roster:
    """The players of a league, found by name."""

    players: Mapping[str, RosterPlayer]
    _by_core: Mapping[str, tuple[tuple[FoldedName, str], ...]] = field(repr=False)

    @classmethod
    def of(cls, players: Iterable[RosterPlayer]) -> "Roster":
        """Return a roster of these players."""
        held = {player.player_id: player for player in players}
        by_core: defaultdict[str, set[tuple[FoldedName, str]]] = defaultdict(set)
        for player in held.values():
            for spelling in player.spellings:
                name = folded_name(spelling)
                by_core[name.core].add((name, player.player_id))
        return cls(held, {core: tuple(sorted(found, key=lambda item: item[1])) for core, found in by_core.items()})

    def find(self, spelling: str, teams: Collection[str] = (), *, decided: str | None = None) -> Found:
        """Return whom a spelling means in a game of two teams; `teams` is empty where they are not known.

        decided: whom a person has said that it means. That holds, but not for a game in which another player of the
        same name plays and he does not. Otherwise one player alone must have the name and have played of late, and he
        must have played for one of the teams: whoever has changed his team is asked about until his first game for it.
        """
        alike = self._alike(spelling)
        if decided is not None:
            others = [player for player in alike if player.player_id != decided and player.teams & set(teams)]
            held = self.players.get(decided)
            wrong = bool(others) and not (held is not None and held.teams & set(teams))
            return Found(None, self._suggestions(spelling, alike)) if wrong else Found(decided)
        current = [player for player in alike if player.teams]
        if len(current) == 1 and (not teams or current[0].teams & set(teams)):
            return Found(current[0].player_id)
        return Found(None, self._suggestions(spelling, alike))

    def _alike(self, spelling: str) -> list[RosterPlayer]:
        """Return the players whose name the spelling may be, in order of their ids."""
        if len(spelling) > _SPELLING_LENGTH_MAX:
            return []
        wanted = folded_name(spelling)
        named = [item for item in self._by_core.get(wanted.core, ()) if wanted.core and wanted.may_be(item[0])]
        # A suffix that is written says which of them; one that is left out says nothing.
        exact = {player for name, player in named if wanted.suffix and name.suffix == wanted.suffix}
        return [self.players[player] for player in sorted(exact or {player for _, player in named})]

    def _suggestions(self, spelling: str, alike: list[RosterPlayer]) -> tuple[str, ...]:
        """Return who may be meant, each with his id: they are shown, never applied."""
        if alike:
            return tuple(_shown(player) for player in alike[:_NAMED_MOST])
        if len(spelling) > _SPELLING_LENGTH_MAX:
            return ()
        near = difflib.get_close_matches(
            folded_name(spelling).core, sorted(self._by_core), _NAMED_MOST, _SUGGESTION_LIKENESS_MIN
        )
        found = dict.fromkeys(player for core in near for _, player in self._by_core[core])
        return tuple(_shown(self.players[player]) for player in found)[:_NAMED_MOST]


def _shown(player: RosterPlayer) -> str:
    return f"{player.spellings[0]} ({player.player_id})"
