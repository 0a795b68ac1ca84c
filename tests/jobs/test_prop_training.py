"""A training of the record's own logs: saved once, the same in any number of processes, nothing learned that is not played."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from closeline.domain.errors import BadInput
from closeline.domain.leagues import League
from closeline.domain.props.statistics import Statistic
from closeline.jobs.props.ahead import Remembered
from closeline.jobs.props.training import TrainingAsked, rows_to_learn, train, train_on
from closeline.maths.props.features.declared import NAMES
from closeline.maths.props.features.table import FeatureTable, compute
from closeline.maths.props.logs import PlayerLogs
from closeline.store.players import models
from closeline.store.players.signing import SigningKey
from closeline.store.session import unit_of_work
from tests.builders.desks import a_desk
from tests.builders.moments import OPENS
from tests.builders.props import with_players
from tests.builders.records import number
from tests.builders.trainings import SMALL
from tests.maths.props.features.invented import invented_logs

KEY = SigningKey(bytes(range(32)))
QUICK = replace(
    SMALL, folds=2, outline_days=8, mean=replace(SMALL.mean, rounds=4), outline=replace(SMALL.outline, rounds=3),
    variance=replace(SMALL.variance, rounds=4),
)  # fmt: skip
ASKED = TrainingAsked(statistics=(Statistic.PRA, Statistic.THREES), settings=QUICK)


def test_a_training_saves_a_version_of_each_statistic_and_a_second_one_changes_nothing(rated):
    with_players(rated, games=40)
    desk = a_desk(rated, now=OPENS)
    told: list[tuple[int, int, str]] = []
    trained = train(desk, ASKED, key=KEY, progress=lambda *said: told.append(said))
    train(desk, ASKED, key=KEY)
    with unit_of_work(rated, write=False) as session:
        found = models.KeptModels(KEY.public).in_force(session, League.NBA, as_of=OPENS)
        assert number(session, "SELECT count(*) FROM prop_model") == 2
        learned = number(session, "SELECT count(*) FROM player_game WHERE received_at <= :at", at=2**62)

    assert [item.statistic for item in found] == [Statistic.PRA, Statistic.THREES]
    assert [item.version for item in found] == [item.manifest.version for item in trained]
    assert found[0].manifest.names == NAMES
    assert [name for name, _ in [(figures.name, 0) for figures in trained[0].report.baselines]] == [
        "EWMA 3",
        "EWMA 7",
        "EWMA 15",
    ]
    assert told[-1][:2] == (len(told), told[-1][1])
    assert trained[0].manifest.data.rows <= learned


def test_a_record_without_logs_says_how_to_import_them(seeded):
    with pytest.raises(BadInput, match="closeline props import"):
        train(a_desk(seeded, now=OPENS), ASKED, key=KEY)


def test_processes_change_no_byte():
    logs = invented_logs(3, seasons=1, days=45)
    alone = train_on(logs, replace(ASKED, statistics=(Statistic.PRA,)))
    apart = train_on(logs, replace(ASKED, statistics=(Statistic.PRA,), processes=2))

    assert apart[0].manifest.version == alone[0].manifest.version
    assert apart[0].parts == alone[0].parts


def test_what_is_about_to_be_played_and_who_is_new_is_not_learned_from():
    logs = invented_logs(3, seasons=1, days=45)
    rows = rows_to_learn(logs)
    until = date(1970, 1, 1) + timedelta(days=int(np.median(logs.day)))
    earlier = rows_to_learn(logs, until=until)

    assert rows.any()
    assert logs.played[rows].all()
    assert not logs.played.all()
    assert all(np.count_nonzero(logs.player[:place] == logs.player[place]) >= 5 for place in np.flatnonzero(rows)[:50])
    assert np.array_equal(np.flatnonzero(earlier), np.flatnonzero(rows & (logs.day <= np.median(logs.day).astype(int))))


def test_logs_whose_game_starts_at_another_time_are_other_logs_to_whoever_remembers_features() -> None:
    made: list[PlayerLogs] = []
    logs = invented_logs(1, seasons=1, days=8, coming=1)
    moved = replace(logs, context=replace(logs.context, starts_at=logs.context.starts_at + 3_600_000_000))

    def features_of(of: PlayerLogs) -> FeatureTable:
        made.append(of)
        return compute(of)

    remembered = Remembered(features_of)

    for of in (logs, logs, moved):
        remembered(of)

    assert made == [logs, moved]
