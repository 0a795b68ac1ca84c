"""The schedules of nflverse as a live feed: the season that is being played, its games, and what became of them."""

from collections.abc import Iterator, Sequence

from closeline.domain.feeds.captures import GameFacts, ParsedPayload, ParsedResult, RawPayload, Rejected, ResultStatus
from closeline.domain.feeds.fetching import RawItem
from closeline.domain.feeds.wants import Kind, Want
from closeline.domain.leagues import League, league_day, season_of
from closeline.providers.archives.nflverse import PARSER_VERSION, PROVIDER, ScheduledGame, games_in
from closeline.providers.reasons import Reason
from closeline.providers.results.scoreboard import Listing, an_event, parsed, refused

_PATH = "/nflverse/nfldata/master/data/games.csv"


class Nflverse:
    """The table's games of the season in which it was received. Its lines are of no named book, and are left alone."""

    name = PROVIDER
    provider = PROVIDER

    def required_items(self, want: Want) -> Sequence[RawItem]:
        """Return the table for the schedule of the league, results included; none for any other want.

        It is megabytes, and its keepers renew it a few times a day: nobody need look as often as at a scoreboard.
        """
        if want.kind is not Kind.SCHEDULE or want.league is not League.NFL:
            return ()
        return (RawItem(self.name, _PATH),)

    def parse(self, payload: RawPayload) -> ParsedPayload:
        """Read the table; raises BadInput naming the columns that it lacks."""
        season = season_of(League.NFL, league_day(payload.received_at))
        refusals: list[Rejected] = []
        games = list(games_in(payload, refusals, season=season))
        listings: Iterator[Listing | Rejected] = (_listing(game, payload) for game in games)
        # Prices of lines that are not read here are not lost: they were never offered to a live desk.
        unpriced = [Rejected(item.reason, item.place, item.excerpt, 0) for item in refusals]
        return parsed(PROVIDER, PARSER_VERSION, [*listings, *unpriced])


def _listing(item: ScheduledGame, payload: RawPayload) -> Listing | Rejected:
    game, received_at = item.game, payload.received_at
    if game.starts_at is None:
        return refused(Reason.UNREADABLE_DATE, game.place, item.game_id)
    event = an_event(
        League.NFL, item.game_id, (game.home, game.away), game.starts_at, game.place, day=game.day, neutral=game.neutral
    )
    end = game.ending
    if end is None:
        told = ParsedResult(item.game_id, ResultStatus.SCHEDULED, None, None, received_at, place=game.place)
        return Listing(event, told)
    return Listing(event, ParsedResult(
        item.game_id, ResultStatus.FINAL, end.home, end.away, received_at, overtime=end.overtime, place=game.place,
        facts=GameFacts(overtime_told=end.overtime_told),
    ))  # fmt: skip
