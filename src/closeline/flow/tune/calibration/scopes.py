"""Scopes: the map of one market of one league, or the one under all of them."""

from dataclasses import dataclass
from datetime import datetime

from closeline.domain.calibration import GLOBAL_SCOPE, CalibrationScope
from closeline.domain.leagues import League
from closeline.domain.markets import GAME_MARKETS
from closeline.store.past import ended, outcomes
from closeline.store.players import runs as prop_runs
from closeline.store.session import Session


@dataclass(frozen=True, slots=True)
class Scope:
    """What a calibration governs; league and market key are both GLOBAL for the one of every market."""

    league: str
    market_key: str

    @property
    def name(self) -> str:
        """Return the scope as the record names it."""
        return GLOBAL_SCOPE if self.kind is CalibrationScope.GLOBAL else f"{self.league}/{self.market_key}"

    @property
    def kind(self) -> CalibrationScope:
        """Return whether it is one market of one league, or all."""
        return CalibrationScope.GLOBAL if self.league == GLOBAL_SCOPE else CalibrationScope.SEGMENT

    @property
    def leagues(self) -> tuple[League, ...]:
        """Return the leagues that it is learned from."""
        return tuple(League) if self.kind is CalibrationScope.GLOBAL else (League(self.league),)

    @property
    def markets(self) -> tuple[tuple[str, str], ...]:
        """Return league and market key of everything that it is learned from."""
        if self.kind is CalibrationScope.SEGMENT:
            return ((self.league, self.market_key),)
        return tuple((str(league), market.key) for league in League for market in GAME_MARKETS)


EVERYWHERE = Scope(GLOBAL_SCOPE, GLOBAL_SCOPE)


def scopes_of(leagues: tuple[League, ...], *, everywhere: bool = True) -> tuple[Scope, ...]:
    """Return the scopes of some leagues, the global one first, because the others lean on it."""
    segments = tuple(Scope(str(league), market.key) for league in leagues for market in GAME_MARKETS)
    return (EVERYWHERE, *segments) if everywhere else segments


def scopes_of_players(session: Session, leagues: tuple[League, ...], *, tenant_id: str, as_of: datetime) -> list[Scope]:
    """Return the scopes of players' kinds of markets of which some leagues have forecasts."""
    return [
        Scope(str(league), kind)
        for league in leagues
        for kind in prop_runs.kinds(session, tenant_id=tenant_id, league=league, as_of=as_of)
    ]


def scope_named(name: str) -> Scope:
    """Return the scope that the record calls so; ValueError for no league of that name."""
    if name == GLOBAL_SCOPE:
        return EVERYWHERE
    league, _, market_key = name.partition("/")
    return Scope(str(League(league)), market_key)


def results_of(session: Session, scope: Scope, *, as_of: datetime) -> int:
    """Return how many results of the scope's leagues were received by `as_of`, each version of one by itself.

    It is quickly told, and there are never more events to learn from.
    """
    return sum(outcomes.results_count(session, league=league, as_of=as_of) for league in scope.leagues)


def events_of(session: Session, scope: Scope, *, tenant_id: str, as_of: datetime) -> int:
    """Return how many events the observations of a scope are of, as known by `as_of`, whatever window is asked for."""
    keys = tuple(dict.fromkeys(key for _, key in scope.markets))
    return sum(
        ended.events_decided(session, tenant_id=tenant_id, league=league, market_keys=keys, as_of=as_of)
        for league in scope.leagues
    )


def played_leagues(session: Session, *, as_of: datetime) -> tuple[League, ...]:
    """Return the leagues of which any result was received by `as_of`."""
    return tuple(league for league in League if outcomes.results_count(session, league=league, as_of=as_of))
