"""Why a league has no game soon: August is no outage, and an outage is not August."""

from datetime import timedelta

import pytest

from closeline.domain.feeds.captures import ParsedSport
from closeline.domain.feeds.seasons import HEARD_WITHIN, Rest, preseasons, rest
from closeline.domain.leagues import League
from tests.builders.moments import START

NFL = ParsedSport(League.NFL, "americanfootball_nfl", active=True)
BEFORE = ParsedSport(League.NFL, "americanfootball_nfl_preseason", active=True, preseason=True)
OVER = ParsedSport(League.NFL, "americanfootball_nfl", active=False)
ENDED = ParsedSport(League.NFL, "americanfootball_nfl_preseason", active=False, preseason=True)
OTHER = ParsedSport(League.NBA, "basketball_nba_preseason", active=True, preseason=True)


@pytest.mark.parametrize(("sports", "expected"), [
    ([NFL, BEFORE], Rest.PRESEASON), ([OVER, BEFORE], Rest.PRESEASON), ([NFL], Rest.NO_GAMES), ([NFL, ENDED], Rest.NO_GAMES),
    ([OVER], Rest.OUT_OF_SEASON), ([OTHER], Rest.OUT_OF_SEASON), ([], Rest.OUT_OF_SEASON), (None, Rest.NO_GAMES),
])  # fmt: skip
def test_the_list_of_competitions_says_why_there_is_no_game(sports, expected):
    assert rest(League.NFL, sports, START, START + HEARD_WITHIN) is expected


@pytest.mark.parametrize("sports", [[NFL], [OVER], [BEFORE], None])
def test_a_schedule_that_nobody_answered_of_late_says_nothing_whatever_is_listed(sports):
    late = START + HEARD_WITHIN + timedelta(seconds=1)
    assert rest(League.NFL, sports, START, late) is Rest.UNHEARD


def test_only_what_is_played_now_before_the_season_is_asked_for():
    assert preseasons(League.NFL, [NFL, BEFORE, OTHER]) == ("americanfootball_nfl_preseason",)
    assert preseasons(League.NFL, [NFL, ENDED]) == preseasons(League.NFL, None) == ()
