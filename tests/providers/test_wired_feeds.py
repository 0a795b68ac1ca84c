"""What settings make of the outside world: the hosts, the feeds, the leagues, and no key where none may be seen."""

from pathlib import Path

import pytest

from closeline import wiring
from closeline.config import Settings, read_settings
from closeline.domain.errors import BadSetting, InsideTransaction
from closeline.domain.feeds.fetching import CallOutcome
from closeline.domain.feeds.wants import Kind, Want
from closeline.domain.leagues import League
from closeline.store.session import unit_of_work
from tests.providers.vendors import KEY, Vendor, answer, left


@pytest.fixture(autouse=True)
def no_key(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("ODDS_API_FREE_KEY", "CLOSELINE_ODDS_API_KEY"):
        monkeypatch.delenv(name, raising=False)


def settings_of(folder: Path, **more: str) -> Settings:
    return read_settings(data_dir=folder, log_dir=folder, **more)


def test_without_a_key_there_are_results_and_no_prices(tmp_path: Path) -> None:
    with_key, without = (wiring.live_feeds(settings_of(tmp_path, **more)) for more in ({"odds_api_key": KEY}, {}))

    assert [feed.name for feed in with_key] == ["the_odds_api", *(feed.name for feed in without)]
    assert [feed.name for feed in without] == ["espn", "mlb_schedule", "nhl_scores", "nflverse"]
    assert [feed.name for feed in wiring.injury_feeds(settings_of(tmp_path))] == ["espn_injuries"]


def test_the_free_key_is_read_where_the_other_is_not_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ODDS_API_FREE_KEY", KEY)

    assert wiring.live_feeds(settings_of(tmp_path))[0].name == "the_odds_api"


def test_the_simulator_of_this_machine_needs_no_key(tmp_path: Path) -> None:
    assert wiring.live_feeds(settings_of(tmp_path, odds_api_url="http://127.0.0.1:8790"))[0].name == "the_odds_api"


@pytest.mark.parametrize(
    "wrong",
    [
        {"odds_api_url": "http://api.the-odds-api.com"}, {"espn_url": "https://example.org"}, {"nhl_url": "http://10.0.0.1"},
        {"live_feeds": "espm"}, {"live_leagues": "nfl,xfl"}, {"odds_api_regions": "mars"}, {"odds_api_regions": ""},
    ],
)  # fmt: skip
def test_a_setting_that_cannot_be_is_refused_before_anything_is_asked(wrong: dict[str, str], tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match="must"):
        wiring.live_desk(settings_of(tmp_path, **wrong))


def test_a_live_desk_asks_the_vendor_of_its_settings_with_the_key_and_never_inside_a_transaction(
    tmp_path: Path,
) -> None:
    with Vendor(answer(headers=left(499))) as vendor:
        desk = wiring.live_desk(
            settings_of(tmp_path, odds_api_url=vendor.base, odds_api_key=KEY, live_leagues="nfl, nba")
        )
        assert desk.fetch is not None
        (item,) = desk.feeds[0].required_items(Want(Kind.SPORTS))
        fetched = desk.fetch.fetch(item)
        with unit_of_work(desk.engine, write=False), pytest.raises(InsideTransaction):
            desk.fetch.fetch(item)
        desk.engine.dispose()

    assert (fetched.outcome, fetched.allowance.remaining) == (CallOutcome.OK, 499)
    assert vendor.asked == [f"GET /v4/sports?apiKey={KEY} HTTP/1.1"]
    assert desk.leagues == (League.NFL, League.NBA)
    assert KEY not in repr(desk) + repr(fetched)


def test_a_desk_that_is_not_live_asks_nobody(tmp_path: Path) -> None:
    desk = wiring.open_desk(settings_of(tmp_path))
    desk.engine.dispose()

    assert (desk.fetch, desk.feeds, desk.injury_feeds) == (None, (), ())
