"""All live feeds by name, and the hosts that they are at."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from closeline.domain.errors import BadSetting
from closeline.domain.leagues import League
from closeline.domain.ports import InjuryFeed, LiveFeed
from closeline.providers.fetch.hosts import Content, Host
from closeline.providers.live.injuries import EspnInjuries
from closeline.providers.live.nflverse import Nflverse
from closeline.providers.live.odds import LiveOdds
from closeline.providers.live.scores import EspnScores, MlbScores, NhlScores
from closeline.providers.the_odds_api.requests import Offer

__all__ = ["NAMES", "Addresses", "Offer", "feeds", "hosts", "injury_feeds", "leagues"]


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where each source is."""

    odds_api: str = "https://api.the-odds-api.com"
    espn: str = "https://site.api.espn.com"
    mlb: str = "https://statsapi.mlb.com"
    nhl: str = "https://api-web.nhle.com"
    nflverse: str = "https://raw.githubusercontent.com"


_SCORES: Mapping[str, Callable[[], LiveFeed]] = {
    EspnScores.name: EspnScores,
    MlbScores.name: MlbScores,
    NhlScores.name: NhlScores,
    Nflverse.name: Nflverse,
}
_INJURIES: Mapping[str, Callable[[], InjuryFeed]] = {EspnInjuries.name: EspnInjuries}
NAMES = (LiveOdds.name, *_SCORES, *_INJURIES)


def hosts(addresses: Addresses, odds_api_key: str = "") -> dict[str, Host]:
    """Return the host of every live feed by its name; raises BadSetting for one that may not be called."""
    espn = Host(addresses.espn)
    return {
        LiveOdds.name: Host(addresses.odds_api, odds_api_key, needs_key=True),
        EspnScores.name: espn,
        EspnInjuries.name: espn,
        MlbScores.name: Host(addresses.mlb),
        NhlScores.name: Host(addresses.nhl),
        Nflverse.name: Host(addresses.nflverse, content=Content.TABLE),
    }


def feeds(names: Sequence[str], offer: Offer) -> tuple[LiveFeed, ...]:
    """Return the named feeds of odds, schedules and results; raises BadSetting for a name that nobody has."""
    known = {LiveOdds.name: lambda: LiveOdds(offer), **_SCORES}
    return tuple(known[name]() for name in _known(names, NAMES, "live_feeds") if name in known)


def injury_feeds(names: Sequence[str]) -> tuple[InjuryFeed, ...]:
    """Return the named feeds of injuries; raises BadSetting for a name that nobody has."""
    return tuple(_INJURIES[name]() for name in _known(names, NAMES, "live_feeds") if name in _INJURIES)


def leagues(names: Sequence[str]) -> tuple[League, ...]:
    """Return leagues by their codes; raises BadSetting for what is none."""
    return tuple(League(name) for name in _known(names, tuple(League), "live_leagues"))


def _known(names: Sequence[str], known: Sequence[str], setting: str) -> Sequence[str]:
    unknown = [name for name in names if name not in known]
    if unknown:
        raise BadSetting(f"setting {setting} must be some of {', '.join(known)}, was {', '.join(unknown)}")
    return tuple(dict.fromkeys(names))
