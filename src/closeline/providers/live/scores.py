"""Scoreboards as live feeds: what became of the games of a day, and which games are to be played."""

from collections.abc import Sequence

from closeline.domain.feeds.captures import ParsedPayload, RawPayload
from closeline.domain.feeds.fetching import RawItem
from closeline.domain.feeds.wants import Kind, Want
from closeline.domain.leagues import League
from closeline.providers.live.receipts import as_received
from closeline.providers.results import espn, mlb_schedule, nhl_scores

_KINDS = frozenset({Kind.RESULTS, Kind.SCHEDULE, Kind.SCORES})
PATHS = {
    League.NFL: "football/nfl",
    League.NCAAF: "football/college-football",
    League.NBA: "basketball/nba",
    League.NCAAB: "basketball/mens-college-basketball",
    League.MLB: "baseball/mlb",
    League.NHL: "hockey/nhl",
}
# Colleges have more teams than a board shows unasked: 80 is the upper division of football, 50 all of basketball's.
_GROUPS = {League.NCAAF: "80", League.NCAAB: "50"}
_MOST_GAMES = "500"


class EspnScores:
    """ESPN's scoreboards of six leagues; a day is New York's."""

    name = espn.PROVIDER
    provider = espn.PROVIDER

    def required_items(self, want: Want) -> Sequence[RawItem]:
        """Return the scoreboard of a league's day; the newest one where no day is wanted."""
        if want.kind not in _KINDS or want.league is None:
            return ()
        groups = (("groups", _GROUPS[want.league]),) if want.league in _GROUPS else ()
        dates = (("dates", f"{want.day:%Y%m%d}"),) if want.day is not None else ()
        path = f"/apis/site/v2/sports/{PATHS[want.league]}/scoreboard"
        return (RawItem(self.name, path, (*dates, *groups, ("limit", _MOST_GAMES))),)

    def parse(self, payload: RawPayload) -> ParsedPayload:
        """Read one scoreboard."""
        return espn.EspnScoreboard().parse(as_received(payload))


class MlbScores:
    """The schedule of Major League Baseball with line scores and probable pitchers."""

    name = mlb_schedule.PROVIDER
    provider = mlb_schedule.PROVIDER

    def required_items(self, want: Want) -> Sequence[RawItem]:
        """Return the schedule of a day; none without a day, or of another league."""
        if want.kind not in _KINDS or want.league is not League.MLB or want.day is None:
            return ()
        hydrate = ("hydrate", "linescore,probablePitcher,team")
        query = (("sportId", "1"), ("date", want.day.isoformat()), hydrate)
        return (RawItem(self.name, "/api/v1/schedule", query),)

    def parse(self, payload: RawPayload) -> ParsedPayload:
        """Read one schedule."""
        return mlb_schedule.MlbSchedule().parse(as_received(payload))


class NhlScores:
    """The scores of the National Hockey League by day."""

    name = nhl_scores.PROVIDER
    provider = nhl_scores.PROVIDER

    def required_items(self, want: Want) -> Sequence[RawItem]:
        """Return the scores of a day; none without a day, or of another league."""
        if want.kind not in _KINDS or want.league is not League.NHL or want.day is None:
            return ()
        return (RawItem(self.name, f"/v1/score/{want.day.isoformat()}"),)

    def parse(self, payload: RawPayload) -> ParsedPayload:
        """Read the games of a day."""
        return nhl_scores.NhlScores().parse(as_received(payload))
