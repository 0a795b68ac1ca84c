"""`closeline simulate`: one game on demand, from wanted means or from the record.

Words come in, and a game goes out as tables, as one JSON object, or as a page. Always true: both evaluators show the
same markets at the same lines, and legs together are read from worlds.
"""

import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from closeline.cli.opening import opened
from closeline.cli.options import AsJson, Database
from closeline.cli.printing import print_json, say
from closeline.cli.simulate.leg_text import leg_of
from closeline.cli.spreading import OnWorkers, Processes, executor
from closeline.domain.errors import BadInput
from closeline.domain.forecasts.evaluators import Evaluator, Target
from closeline.domain.leagues import League, league_day, season_of

if TYPE_CHECKING:
    from closeline.domain.forecasts.adjustments import Adjustment
    from closeline.domain.forecasts.injuries import Absence
    from closeline.jobs.desk import Desk
    from closeline.jobs.simulating import Answer, Asked
    from closeline.maths.simulate.legs import Leg, Together
    from closeline.schemas.simulation import Simulation

WORLDS_MOST = 5_000_000  # a chance is then known to 0.0003; more would fill the memory to say the same
SolvedTo = Annotated[
    Target | None, typer.Option("--target", help="What an event is solved to: ratings, or its market.")
]
Absences = Annotated[
    list[str] | None,
    typer.Option("--absence", metavar="TEXT", help="Who may miss: 'HOME 4.5 QUESTIONABLE Name'; may be repeated."),
]
Adjustments = Annotated[
    list[str] | None,
    typer.Option("--adjust", metavar="TEXT", help="What moves the means: 'WEATHER 0 -2.5'; may be repeated."),
]
NAMED_BY = "EVENT_ID, or by --league with --margin and --total"


@dataclass(frozen=True, slots=True)
class OfRecord:
    """An event of the record."""

    event_id: str

    def answer(self, desk: "Desk", asked: "Asked") -> "Answer":
        """Simulate it; raises NotFound when the record has no forecast of it."""
        from closeline.jobs.simulating import of_event

        return of_event(desk, self.event_id, asked)


@dataclass(frozen=True, slots=True)
class OfMeans:
    """A game with these means, points, under the rules of a season; without one, of that which is on."""

    league: League
    margin: float
    total: float
    season: int | None
    playoff: bool
    event_id: None = None

    def __post_init__(self) -> None:
        """Refuse means that no game has."""
        if not (math.isfinite(self.total) and self.total > abs(self.margin)):
            raise BadInput(f"--total must be more than --margin either way, were {self.total:g} and {self.margin:g}")

    def answer(self, desk: "Desk", asked: "Asked") -> "Answer":
        """Simulate it; raises BadInput when no teams of the league would play so."""
        from closeline.jobs.simulating import of_means

        season = self.season or season_of(self.league, league_day(desk.clock()))
        try:
            return of_means(desk, self.league, self.margin, self.total, season, playoff=self.playoff, asked=asked)
        except ValueError as error:
            raise BadInput(str(error)) from error


def simulate(
    event_id: Annotated[
        str | None, typer.Argument(metavar="EVENT_ID", help="A game of the record; it stands before any --legs.")
    ] = None,
    *,
    league: Annotated[League | None, typer.Option("--league", help="Instead: a game of this league.")] = None,
    margin: Annotated[float | None, typer.Option("--margin", help="Its mean of home less away, points.")] = None,
    total: Annotated[float | None, typer.Option("--total", help="Its mean of home and away together, points.")] = None,
    season: Annotated[
        int | None, typer.Option("--season", min=1900, max=2200, help="The season whose rules hold; else this one.")
    ] = None,
    playoff: Annotated[bool, typer.Option("--playoff", help="By the rules of the play-offs.")] = False,
    engine: Annotated[
        Evaluator | None,
        typer.Option("--engine", help="exact by itself; worlds for --legs or --worlds."),
    ] = None,
    worlds: Annotated[int | None, typer.Option("--worlds", min=1, max=WORLDS_MOST, help="How many worlds.")] = None,
    seed: Annotated[int | None, typer.Option("--seed", min=0, help="Seed of the worlds; else the game's own.")] = None,
    legs: Annotated[
        list[str] | None,
        typer.Option("--legs", metavar="LEG...", help="Together: 'HOME -3.5' 'OVER 44.5' '1H AWAY' 'HOME OVER 24.5'."),
    ] = None,
    alternates: Annotated[
        bool, typer.Option("--alternates", "--all", help="Show every line, not only main ones.")
    ] = False,
    target: SolvedTo = None,
    absence: Absences = None,
    adjust: Adjustments = None,
    threads: Annotated[int, typer.Option("--threads", min=1, max=64, help="Threads; they never change a bit.")] = 1,
    processes: Processes = 1,
    on_workers: OnWorkers = False,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Write the game as a page, too.")] = None,
    db: Database = None,
    as_json: AsJson = False,
) -> None:
    """Simulate one game: all of its markets, periods and alternates, and legs together."""
    game = _game(event_id, league, margin, total, season, playoff=playoff)
    wanted = _asked_legs(legs or [])
    asked = replace(
        _asked(engine, worlds, seed, of_legs=bool(wanted)), threads=threads, target=_target(target, event_id),
        absences=_absences(absence or []), adjustments=_adjustments(adjust or []),
    )  # fmt: skip
    result = _simulated(game, wanted, replace(asked, executor=executor(db, processes, on_workers=on_workers)), db)
    if out is not None:
        from closeline.web.simulation import write_simulation
        from closeline.wiring import notice_text

        write_simulation(result, out, notice_text())
    if as_json:
        print_json(result)
        return
    from closeline.cli.simulate.showing import show

    show(result, alternates=alternates)
    if out is not None:
        say(f"page: {out} ({out.stat().st_size} bytes)")


def _game(
    event_id: str | None, league: League | None, margin: float | None, total: float | None, season: int | None, *,
    playoff: bool,
) -> OfRecord | OfMeans:  # fmt: skip
    """Return the game that is named; raises BadInput where it is named twice, or not whole."""
    given = {"--league": league, "--margin": margin, "--total": total, "--season": season, "--playoff": playoff or None}
    if event_id is not None:
        also = [name for name, value in given.items() if value is not None]
        if also:
            raise BadInput(f"game must be named by {NAMED_BY}, was by EVENT_ID with {', '.join(also)}")
        return OfRecord(event_id)
    if league is None or margin is None or total is None:
        missing = [name for name in ("--league", "--margin", "--total") if given[name] is None]
        raise BadInput(f"game must be named by {NAMED_BY}, was without {', '.join(missing)}")
    return OfMeans(league, margin, total, season, playoff)


def _simulated(game: OfRecord | OfMeans, legs: "tuple[Leg, ...]", asked: "Asked", db: str | None) -> "Simulation":
    from closeline.cli.simulate.showing import simulation_shape

    with opened(db) as desk:
        answer = game.answer(desk, asked)
    return simulation_shape(answer, game.event_id, _together(answer, legs) if legs else None)


def _together(answer: "Answer", legs: "tuple[Leg, ...]") -> "Together":
    from closeline.maths.simulate.legs import together

    assert answer.simulated.worlds is not None, "legs together must be read from worlds"
    try:
        return together(answer.simulated.worlds, answer.league, legs)
    except ValueError as error:
        raise BadInput(str(error)) from error


def _asked_legs(texts: list[str]) -> "tuple[Leg, ...]":
    """Read the legs; raises BadInput for what is no leg, and for legs that make no ticket."""
    from closeline.maths.simulate.legs import checked

    try:
        return checked([leg_of(text) for text in texts]) if texts else ()
    except ValueError as error:
        raise BadInput(str(error)) from error


def _target(target: Target | None, event_id: str | None) -> Target:
    if target is Target.MARKET and event_id is None:
        raise BadInput("--target market must come with EVENT_ID, was without: only an event has a market")
    return target or Target.RATINGS


def _absences(texts: list[str]) -> "tuple[Absence, ...]":
    """Read who may be missing; what is typed now is known now. Raises BadInput for what is no absence."""
    from closeline.cli.simulate.news_text import absence_of
    from closeline.wiring import clock

    return tuple(absence_of(text, clock()) for text in texts)


def _adjustments(texts: list[str]) -> "tuple[Adjustment, ...]":
    from closeline.cli.simulate.news_text import adjustment_of
    from closeline.wiring import clock

    return tuple(adjustment_of(text, clock()) for text in texts)


def _asked(engine: Evaluator | None, worlds: int | None, seed: int | None, *, of_legs: bool) -> "Asked":
    from closeline.jobs.simulating import WORLDS, Asked
    from closeline.maths.simulate.simulation import EVALUATORS

    if of_legs and engine is Evaluator.EXACT:
        raise BadInput("--engine must be worlds where --legs are given, was exact: it knows no outcomes together")
    by_need = Evaluator.WORLDS if worlds is not None else EVALUATORS["legs" if of_legs else "market"]
    return Asked(engine or by_need, WORLDS if worlds is None else worlds, seed)
