"""Recorded answers of The Odds API through capture: nothing lost, one event a game, and at every moment what was shown."""

import json
import re
from collections import defaultdict
from datetime import UTC, datetime
from fractions import Fraction
from itertools import groupby
from typing import Any

from closeline.domain.feeds.captures import Coverage, Phase, RawPayload
from closeline.domain.leagues import League
from closeline.domain.markets import GAME_MARKETS, Market, MarketType, Period
from closeline.flow import capture
from closeline.flow.capture import Source
from closeline.providers.the_odds_api.feed import TheOddsApi
from closeline.store import quotes
from closeline.store.polls import captures
from closeline.store.references import alias_table
from closeline.store.session import unit_of_work
from tests.builders.fixtures import seeded
from tests.builders.records import rows_of
from tests.shared_data import shared_data

__all__ = ["seeded"]

NAME = re.compile(r"odds_(?P<sport>[a-z_]+)_(?P<at>\d{4}-\d\d-\d\dT\d{6}Z)\.json")
LEAGUES = {"americanfootball_nfl": League.NFL, "americanfootball_ncaaf": League.NCAAF, "baseball_mlb": League.MLB}
KEYS = {"h2h": "MONEYLINE:FULL_GAME", "spreads": "SPREAD:FULL_GAME", "totals": "TOTAL:FULL_GAME"}
ASKED = (*GAME_MARKETS, Market(MarketType.MONEYLINE_3WAY, Period.REGULATION))
FEED = TheOddsApi()
# Every moment is checked when it is the last one, and one in so many again when all is in the record.
LOOKED_BACK_UPON = 5


def recorded():
    """Give every answer of a whole league: (league, moment, bytes), by league and time."""
    found = []
    for path in shared_data("theoddsapi/odds_*.json"):
        named = NAME.fullmatch(path.name)
        if named and named["sport"] in LEAGUES:
            at = datetime.strptime(named["at"], "%Y-%m-%dT%H%M%SZ").replace(tzinfo=UTC)
            found.append((LEAGUES[named["sport"]], at, path))
    return sorted(found, key=lambda item: (item[0], item[1]))


def decimal_odds(price):
    """Read a quoted price by hand: whole numbers of at least a hundred either way are American."""
    if isinstance(price, int) and abs(price) >= 100:
        return 1 + (Fraction(price, 100) if price > 0 else Fraction(100, -price))
    return Fraction(str(price))


def shown_in(content):
    """Read an answer by plain JSON: {(own id, book, market, side): (quarters, decimal odds)}, twice-told ones apart."""
    found = defaultdict(set)
    for event in json.loads(content):
        sides = {event["home_team"]: "HOME", event["away_team"]: "AWAY", "Over": "OVER", "Under": "UNDER"}
        for book in event["bookmakers"]:
            for market in book["markets"]:
                if market["key"] in KEYS and not any(item["name"] == "Draw" for item in market["outcomes"]):
                    for item in market["outcomes"]:
                        line = None if market["key"] == "h2h" else item["point"] * 4
                        key = (event["id"], book["key"], KEYS[market["key"]], sides[item["name"]])
                        found[key].add((line, decimal_odds(item["price"])))
    return found


def kept_of(engine, league, at, path):
    """Keep one answer as a poll of its whole league."""
    payload = RawPayload(path.name, path.read_bytes(), at)
    with unit_of_work(engine) as session:
        sha = captures.keep_payload(session, payload, feed=FEED.name)
        asked = Coverage(league, ASKED)
        source = Source(sha, FEED.name, Phase.LIVE, polled=True, coverage=asked, answered_at=at)
        return capture.keep(session, source, FEED.parse(payload), alias_table(session), at=at)


def wrong_at(session, own_ids, at, content, quarantined):
    """Give what the record answers of a moment and the answer of that moment does not show, and the other way round."""
    events = sorted(own_ids)
    stands, seen = quotes.standing(session, events, as_of=at), quotes.seen_by(session, events, as_of=at)
    answered = {
        (own_ids[event], book, key, str(side)): (item.line_quarters, item.price.exact)
        for (event, book, key, side), item in stands.items()
        if key in KEYS.values()
    }
    shown = shown_in(content)
    wrong: list[tuple[Any, ...]] = [
        (at, key, value) for key, value in answered.items() if value not in shown.get(key, ())
    ]
    wrong += [(at, series, seen[series]) for series in stands if seen[series] != at]
    # What is shown and not answered is in quarantine, every one of it.
    missing = shown.keys() - answered.keys()
    return [*wrong, (at, missing)] if len(missing) > quarantined else wrong


def wrong_then(engine, league, at, path, got):
    with unit_of_work(engine, write=False) as session:
        own_ids = {
            row["event_id"]: row["provider_event_id"]
            for row in rows_of(session, "SELECT event_id, provider_event_id FROM event_alias")
            if row["event_id"].startswith(f"{league}_")
        }
        return wrong_at(session, own_ids, at, path.read_bytes(), sum(got.quarantined.values()))


def starts_told():
    """Read by plain JSON which starts each game was told to have, one after the other."""
    starts: defaultdict[str, list[str]] = defaultdict(list)
    for _, _, path in recorded():
        for event in json.loads(path.read_bytes()):
            if starts[event["id"]][-1:] != [event["commence_time"]]:
                starts[event["id"]].append(event["commence_time"])
    return starts


def test_what_was_recorded_of_a_week_is_answered_at_every_moment_as_it_was_shown(seeded):
    wrong, figures = [], []
    for league, answers in groupby(recorded(), key=lambda item: item[0]):
        kept = []
        for _, at, path in answers:
            kept.append((at, path, kept_of(seeded, league, at, path)))
            wrong += wrong_then(seeded, league, *kept[-1])
        # Looked back upon, which reads all that came since, the record must answer the same.
        for moment in kept[::LOOKED_BACK_UPON]:
            wrong += wrong_then(seeded, league, *moment)
        figures += [got for _, _, got in kept]
    with unit_of_work(seeded, write=False) as session:
        known = rows_of(
            session,
            "SELECT a.provider_event_id, a.event_id, count(*) AS versions FROM event_alias a "
            "JOIN event_version v ON v.event_id = a.event_id GROUP BY a.provider_event_id, a.event_id",
        )

    assert not wrong
    assert all(got.accepted + got.unchanged + sum(got.quarantined.values()) == got.received for got in figures)
    assert sum(got.gone for got in figures) > 1000
    # A game is one event however often it was shown, and every start that was told is a version.
    assert {row["provider_event_id"]: row["versions"] for row in known} == {
        own_id: len(told) for own_id, told in starts_told().items()
    }
    assert len({row["event_id"] for row in known}) == len(known)
