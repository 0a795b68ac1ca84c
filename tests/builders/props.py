"""SYNTHETIC players: a few games of a few of them, their lines at books, and a model that says what a test wants."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import numpy as np
from sqlalchemy import Engine, text

from closeline.domain.clock import micros
from closeline.domain.feeds.captures import Phase
from closeline.domain.leagues import League
from closeline.domain.markets import Side
from closeline.domain.odds import OddsFormat, Price
from closeline.domain.props.boxes import LOGS_OF, Box
from closeline.domain.props.statistics import Statistic
from closeline.flow import evaluate, gate, pick, publish
from closeline.flow.forecast.props import forecast_props
from closeline.maths.props.families import Family
from closeline.maths.props.features.table import FeatureTable
from closeline.maths.props.logs import PlayerLogs
from closeline.store import players, quotes
from closeline.store.desk import picks
from closeline.store.desk.picks import Pick
from closeline.store.past.ratings import RatingBook
from closeline.store.quotes import NewQuote
from closeline.store.session import Session, unit_of_work
from tests.builders.moments import DAY, ENDS, OPENS
from tests.builders.payloads import GAME, a_payload, a_result, three_markets
from tests.builders.records import TENANT, plant_calibration, take_in

NBA = League.NBA
HOME_TEAM, AWAY_TEAM = "nba_celtics", "nba_heat"
STAR, GUARD, ROOKIE = "nba_1", "nba_2", "nba_3"
MATES = [str(number) for number in range(11, 19)]
NAMES = {
    "1": "Synthetic Star", "2": "Synthetic Guard", "3": "Synthetic Rookie",
    **{number: f"Synthetic Mate {number}" for number in MATES},
}  # fmt: skip
PRA = Statistic.PRA
# Of a lattice gamma with this mean and variance some 61 of 100 are above 27.5.
MEAN, VARIANCE = 30.35, 64.0
LINE = 110


@dataclass(frozen=True)
class Said:
    mean: np.ndarray
    variance: np.ndarray


@dataclass(frozen=True)
class SyntheticModel:
    """Says the mean that stands in the one feature, and the same variance of everybody."""

    statistic: Statistic = PRA
    variance: float = VARIANCE
    family: Family = Family.GAMMA_LATTICE
    name: str = "SYNTHETIC"

    @property
    def version(self) -> str:
        return f"{self.name}-{self.statistic}-{self.variance}"

    def predict(self, matrix: np.ndarray) -> Said:
        return Said(matrix[:, 0].astype(float), np.full(len(matrix), self.variance))


@dataclass(frozen=True)
class SyntheticModels:
    models: Sequence[SyntheticModel] = field(default_factory=lambda: [SyntheticModel()])

    def in_force(self, session, league, *, as_of):
        return self.models

    def named(self, session, version):
        return next(model for model in self.models if model.version == version)


def expecting(means: Mapping[str, float], usual: float = MEAN):
    """Give what makes the one feature: the mean that a test wants of each player."""

    def features_of(logs: PlayerLogs) -> FeatureTable:
        wanted = [means.get(logs.players[code], usual) for code in logs.player.tolist()]
        return FeatureTable(np.array(wanted, dtype=np.float32).reshape(-1, 1), ("SYNTHETIC",))

    return features_of


def a_box(
    player: str = "1", numbers: tuple[int, int, int] = (18, 7, 5), *, game: str = "past1", day: date = DAY,
    at_home: bool = True, seconds: int = 2000, place: str = "row 1",
) -> Box:  # fmt: skip
    pts, reb, ast = numbers
    ours, theirs = (HOME_TEAM, AWAY_TEAM) if at_home else (AWAY_TEAM, HOME_TEAM)
    counted = (pts, reb, ast, 1, 1, 2, 7, 15, 2, 5, 2, 3, 1, reb - 1, 2, 3)
    return Box(
        game, f"nba_{player}", NAMES[player], 2023, day, ours, theirs, int(at_home), seconds, *counted, place
    )  # fmt: skip


def a_whole_log(*, score: tuple[int, int] = (110, 104), seconds: int = 2880) -> list[Box]:
    """Give a log of five men a side without the star, who played all the minutes and scored all the points."""
    sides = (["3", *MATES[:4]], ["2", *MATES[4:]])
    return [
        a_box(player, (points - 4 * 20 if place == 0 else 20, 5, 5), at_home=home, seconds=seconds)
        for side, points, home in zip(sides, score, (True, False), strict=True)
        for place, player in enumerate(side)
    ]


def add_boxes(session: Session, boxes: Sequence[Box], *, at: datetime) -> None:
    """Put lines of players into the record as they were told at a moment; one that differs is a correction."""
    sha = session.scalar(text("SELECT min(payload_sha) FROM raw_payload"))
    own = [box._replace(player=box.player.removeprefix("nba_")) for box in boxes]
    players.add_players(session, own, league=NBA, provider=LOGS_OF)
    players.add_stints(session, boxes, league=NBA)
    known = players.latest_boxes(session, [box.game for box in boxes], provider=LOGS_OF)
    players.add_boxes(
        session, boxes, known, league=NBA, provider=LOGS_OF, payload_sha=str(sha),
        received={box.day: at for box in boxes}, corrected_at=at,
    )  # fmt: skip


def with_players(engine: Engine, *, games: int = 6, rookie_games: int = 2) -> None:
    """Give a record the games that three players have played before the day of the tests."""
    with unit_of_work(engine) as session:
        for back in range(games, 0, -1):
            day = DAY - timedelta(days=2 * back)
            boxes = [a_box("1", game=f"past{back}", day=day), a_box("2", game=f"past{back}", day=day, at_home=False)]
            boxes += [a_box("3", game=f"past{back}", day=day)] if back <= rookie_games else []
            add_boxes(session, boxes, at=OPENS - timedelta(days=2 * back - 1))


def a_line(
    player_id: str = STAR, line: int = LINE, prices: tuple[str, str] = ("-110", "-110"), *, at: datetime = OPENS,
    book: str = "archive", statistic: Statistic = PRA,
) -> list[NewQuote]:  # fmt: skip
    of = statistic.market_of("")
    return [
        NewQuote(
            GAME, book, of, side, line, Price.quoted(price, OddsFormat.AMERICAN), at, None, f"{book} {player_id}",
            player_id,
        )
        for side, price in zip((Side.OVER, Side.UNDER), prices, strict=True)
    ]  # fmt: skip


def quoted(session: Session, lines: Sequence[NewQuote], *, at: datetime = OPENS, phase: Phase = Phase.OPEN) -> str:
    """Capture the game with players' lines beside its own markets, price all of them, and give the snapshot's name."""
    told = take_in(session, a_payload(*three_markets(at=at, phase=phase)), at=at, phase=phase).events[0]
    quotes.keep(session, lines, snapshot_id=told.snapshot_id)
    evaluate.evaluate(session, league=NBA, snapshot_id=told.snapshot_id, as_of=at)
    return told.snapshot_id


def forecast_lines(
    session: Session, snapshot: str, *, models=None, means: Mapping[str, float] | None = None, at: datetime = OPENS
):
    return forecast_props(
        session, RatingBook(), models or [SyntheticModel()], tenant_id=TENANT, league=NBA, snapshot_id=snapshot,
        as_of=at, features_of=expecting(means or {}),
    )  # fmt: skip


def trust_players(engine: Engine) -> None:
    """Put a calibration of PRA lines in force: what has none is a LEAN."""
    with unit_of_work(engine) as session:
        plant_calibration(session, market_key="PLAYER_PRA:FULL_GAME")


def judged(session: Session, *, at: datetime = OPENS):
    return gate.gate(session, tenant_id=TENANT, league=NBA, as_of=micros(at))


def published_lines(
    engine: Engine, lines: Sequence[NewQuote] | None = None, *, means: Mapping[str, float] | None = None
) -> list[Pick]:
    """Take players' lines from their quotes to published picks, and give those that were proposed."""
    with unit_of_work(engine) as session:
        snapshot = quoted(session, a_line() if lines is None else lines)
        forecast_lines(session, snapshot, means=means)
        judged(session)
        pick.propose(session, tenant_id=TENANT, league=NBA, as_of=micros(OPENS))
        publish.publish(session, tenant_id=TENANT, league=NBA, as_of=micros(OPENS), channels=(), at=OPENS)
        return picks.of_moment(session, tenant_id=TENANT, league=NBA, as_of=OPENS)


def played(
    session: Session, boxes: Sequence[Box], *, score: tuple[int, int] = (110, 104), at: datetime = ENDS,
    game: str = "tonight",
) -> None:  # fmt: skip
    """End the game of the tests: its result, and what was told of its players, whose game becomes the event."""
    take_in(session, a_payload(a_result(score=score, at=at)), at=at, phase=Phase.RESULT)
    told_of(session, boxes, at=at, game=game)


def told_of(session: Session, boxes: Sequence[Box], *, at: datetime, game: str = "tonight") -> None:
    """Tell of the players of the game of the tests."""
    named = {"provider": LOGS_OF, "own": game, "event": GAME}
    held = session.scalar(text("SELECT count(*) FROM event_alias WHERE provider = :provider AND event_id = :event"), {
        "provider": LOGS_OF, "event": GAME,
    })  # fmt: skip
    if not held:
        session.execute(text(
            "INSERT INTO event_alias (provider, provider_event_id, event_id) VALUES (:provider, :own, :event)"
        ), named)  # fmt: skip
    add_boxes(session, [box._replace(game=game, day=DAY) for box in boxes], at=at)
