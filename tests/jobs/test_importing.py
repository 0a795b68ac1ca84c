"""Importing: every price is counted once, nothing is set going, and a backtest afterwards is as if it had not been."""

from collections import Counter
from datetime import date

import pytest
from sqlalchemy import Engine

from closeline.domain.errors import LookAhead
from closeline.domain.events import SYSTEM_CHAIN
from closeline.domain.feeds.captures import Phase
from closeline.domain.leagues import League
from closeline.flow import view
from closeline.jobs import importing
from closeline.jobs.importing import import_archive, import_archives, total_of
from closeline.jobs.replaying.backtest import backtest
from closeline.jobs.shelf import Archive
from closeline.store import events, quotes
from closeline.store.past import outcomes
from closeline.store.polls import captures
from closeline.store.session import unit_of_work
from tests.builders.archives import RECEIVED_AT, an_archive, archive_of, rows
from tests.builders.desks import a_desk
from tests.builders.moments import OPENS
from tests.builders.records import TENANT, number, rows_of

PRICES_PER_GAME = 12


def flawed(*, days: int = 4) -> Archive:
    """Give an archive with a team that nobody knows and a price that is none."""
    made = rows(days=days)
    made[0]["home_team"] = "Nowhere Nobodies"
    made[1]["open_total_over_price"] = "-3"
    return archive_of(made, "flawed.csv")


def test_received_is_accepted_and_unchanged_and_quarantined(seeded: Engine) -> None:
    figures = import_archive(a_desk(seeded), flawed()).capture

    assert figures.received == 4 * 3 * PRICES_PER_GAME
    assert figures.accepted + figures.unchanged + sum(figures.quarantined.values()) == figures.received
    assert figures.quarantined["UNKNOWN_TEAM"] == PRICES_PER_GAME
    assert sum(figures.quarantined.values()) > PRICES_PER_GAME


def test_the_same_bytes_again_add_nothing_and_count_the_same_quarantine(seeded: Engine) -> None:
    desk = a_desk(seeded)
    first = import_archive(desk, flawed()).capture
    tables = (
        "quote",
        "quarantine",
        "raw_payload",
        "snapshot",
        "event",
        "event_version",
        "event_result",
        "mapping_review",
    )
    counts = []
    for _ in range(2):
        with unit_of_work(seeded, write=False) as session:
            counts.append([number(session, f"SELECT count(*) FROM {name}") for name in tables])
        again = import_archive(desk, flawed()).capture

    assert counts[0] == counts[1]
    assert (again.accepted, again.received, again.quarantined) == (0, first.received, first.quarantined)
    assert again.unchanged == first.received - sum(first.quarantined.values())


def test_an_import_sets_nothing_going(seeded: Engine) -> None:
    import_archive(a_desk(seeded), an_archive(days=3))
    with unit_of_work(seeded, write=False) as session:
        told = [events.since(session, chain=chain, after=0) for chain in (SYSTEM_CHAIN, TENANT)]

        assert told == [[], []]
        assert number(session, "SELECT count(*) FROM market_evaluation") == 0


def test_how_much_a_transaction_takes_changes_nothing(seeded: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "GAMES_PER_TRANSACTION", 6)
    told: list[tuple[int, int]] = []
    found = import_archive(a_desk(seeded), an_archive(days=5), lambda done, of: told.append((done, of)))

    assert told[-1] == (15, 15)
    assert len(told) == 8
    assert (found.games, found.capture.results, found.capture.received) == (15, 15, 15 * PRICES_PER_GAME)
    with unit_of_work(seeded, write=False) as session:
        phases = Counter(row["phase"] for row in rows_of(session, "SELECT phase FROM snapshot"))
        assert phases == {Phase.OPEN: 5, Phase.CLOSE: 5, Phase.RESULT: 5}


def test_several_files_are_added_up(seeded: Engine) -> None:
    archives = [an_archive(League.NBA, days=2), an_archive(League.NFL, days=2)]
    imported = import_archives(a_desk(seeded, archives))

    assert [item.leagues for item in imported] == [(League.NBA,), (League.NFL,)]
    assert total_of(imported).received == sum(item.capture.received for item in imported) == 12 * PRICES_PER_GAME
    with unit_of_work(seeded, write=False) as session:
        for league in (League.NBA, League.NFL):
            assert outcomes.results_count(session, league=league, as_of=RECEIVED_AT) == 6
            assert quotes.count(session, league=league) > 0


def test_the_bytes_are_kept_as_they_came(seeded: Engine) -> None:
    archive = an_archive(days=1)
    found = import_archive(a_desk(seeded), archive)
    with unit_of_work(seeded, write=False) as session:
        kept = captures.payload(session, found.payload_sha)

    assert (kept.content, kept.name) == (archive.payload.content, "nba.csv")


def test_what_claims_to_come_from_later_is_refused(seeded: Engine) -> None:
    with pytest.raises(LookAhead, match=r"nba\.csv must hold nothing received after"):
        import_archive(a_desk(seeded, now=OPENS), an_archive(days=2, first=OPENS.date()))


def test_a_backtest_after_an_import_leaves_the_same_record(trusting: Engine, new_databases: object) -> None:
    archive = an_archive(days=4)
    hashes = []
    desk = a_desk(trusting, [archive], publish_from=date(2023, 11, 2))
    import_archive(a_desk(trusting), archive)
    backtest(desk)
    with unit_of_work(trusting, write=False) as session:
        hashes.append(view.record_hash(session, tenant_id=TENANT, leagues=[League.NBA]))
        published = len(view.published(session, tenant_id=TENANT, league=League.NBA))
    hashes.append(_hash_of_a_backtest_alone(new_databases, archive))

    assert published > 0
    assert hashes[0] == hashes[1]


def _hash_of_a_backtest_alone(new_databases: object, archive: Archive) -> str:
    from tests.builders.records import a_copy, make_trusting

    with a_copy(new_databases, "trusting", make_trusting) as engine:  # type: ignore[arg-type]
        backtest(a_desk(engine, [archive], publish_from=date(2023, 11, 2)))
        with unit_of_work(engine, write=False) as session:
            return view.record_hash(session, tenant_id=TENANT, leagues=[League.NBA])
