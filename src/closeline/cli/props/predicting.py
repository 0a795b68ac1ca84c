"""`closeline props predict`: what is forecast of a day's players, or of one of them as a whole distribution."""

import shutil
from typing import TYPE_CHECKING, Annotated

import typer

from closeline.cli.opening import opened
from closeline.cli.options import AsJson, Database
from closeline.cli.printing import counted, number, print_json, print_table, say
from closeline.cli.props import asked
from closeline.domain.errors import BadInput

if TYPE_CHECKING:
    from closeline.domain.props.statistics import Statistic
    from closeline.schemas.props.predictions import PlayerDistribution, PlayerNumber, Predictions

_COLUMNS = (
    "player", "team", "opponent", "statistic", "mean#", "sd#", "cv#", "80 %", "line#", "games#", "plays#", "status",
)  # fmt: skip
_WIDEST = 100
_MARKS = {"REPORT": "", "PRIOR": " *"}
_BASES = {"REPORT": "his last report", "PRIOR": "a declared prior: nobody has reported on him"}

Player = Annotated[
    str | None, typer.Option("--player", metavar="NAME|ID", help="One player's whole distribution, by name or id.")
]


def predict(
    *,
    date: asked.Day = None,
    player: Player = None,
    statistic: asked.Statistics = None,
    db: Database = None,
    as_json: AsJson = False,
) -> None:
    """Show what is forecast of everybody who is expected to play, or of one player.

    Whoever has too few games is listed as INSUFFICIENT_DATA. A day that is over is seen from before its games. Where a
    challenger is named, what it says is kept beside what the model in force says; nothing else is written.
    """
    from closeline.jobs.props.predicting import distribution
    from closeline.jobs.props.predicting import predict as run
    from closeline.jobs.props.shadowing import keep_day, remembering

    with opened(db) as bare:
        desk = remembering(bare)
        day, statistics = asked.day_asked(desk, date), asked.statistics_asked(statistic)
        result: Predictions | PlayerDistribution
        if player is None:
            result = run(desk, day, statistics)
        else:
            result = distribution(desk, day, player, _one(statistics, named=bool(statistic)))
        keep_day(desk, day)
    if as_json:
        print_json(result)
    elif player is None:
        show(result)  # type: ignore[arg-type]
    else:
        _show_player(result)  # type: ignore[arg-type]


def _one(statistics: "tuple[Statistic, ...]", *, named: bool) -> "Statistic":
    """Return the statistic of a distribution: PRA where none is named."""
    from closeline.domain.props.statistics import Statistic

    if not named:
        return Statistic.PRA
    if len(statistics) > 1:
        raise BadInput(f"--statistic must be given once with --player, was {len(statistics)} times")
    return statistics[0]


def show(result: "Predictions") -> None:
    """Print a day's forecasts."""
    title = f"{result.day}: {counted(result.games, 'game')}, seen from {result.as_of:%Y-%m-%d %H:%M} UTC"
    print_table(title, _COLUMNS, map(_row, sorted(result.players, key=_order)), "nobody is expected")
    if any(item.plays_basis == "PRIOR" for item in result.players):
        say("* a declared prior: a price names him and nobody has reported on him; numbers are given that he plays")
    if result.unplaced:
        print_table("Priced, and of no known team", ("player", "id", "event"), [
            (item.player, item.player_id, item.event_id) for item in result.unplaced
        ])  # fmt: skip
    for model in result.models:
        say(f"{model.statistic}: {model.version}, games of {model.trained_from} to {model.trained_to}")
    say_notes(result.notes)


def say_notes(notes: list[str]) -> None:
    """Print what a reader must know, a line each."""
    for note in notes:
        say(f"note: {note}")


def _order(item: "PlayerNumber") -> tuple[object, ...]:
    """Put games by their starts, and of each team those first of whom most is expected."""
    return (item.starts_at, item.event_id, item.team, item.statistic, -(item.mean or 0.0), item.player_id)


def _row(item: "PlayerNumber") -> tuple[object, ...]:
    middle = None if item.low is None else f"{item.low:g} to {item.high:g}"
    return (
        item.player, item.team, item.opponent, item.statistic, number(item.mean, 1), number(item.sd, 1),
        number(item.cv, 2), middle, None if item.line is None else f"{item.line:g}", item.games,
        None if item.plays is None else f"{100 * item.plays:.0f} %{_MARKS[item.plays_basis]}", item.status,
    )  # fmt: skip


def _show_player(result: "PlayerDistribution") -> None:
    from closeline.cli.simulate.bars import bars

    who = result.player
    place = "against" if who.home is None else "at home to" if who.home else "at"
    say(f"{who.player} ({who.player_id}), {who.team} {place} {who.opponent}, {who.statistic}, {who.games} games")
    if not result.mass:
        say(
            f"{who.status}: {who.games} games are too few to forecast by"
            if who.mean is None
            else "no chances of numbers"
        )
    else:
        middle = f"80 % from {who.low:g} to {who.high:g}, median {result.median}"
        say(f"mean {number(who.mean)}, sd {number(who.sd)}, cv {number(who.cv)}; {middle}")
        plays = "unknown" if who.plays is None else f"{100 * who.plays:.0f} % ({_BASES[who.plays_basis]})"
        say(f"plays: {plays}; all chances are given that he does\n")
        for line in bars(0, result.mass, min(shutil.get_terminal_size().columns, _WIDEST)):
            say(line)
        say("")
        print_table("Chances at lines", ("line#", "over %#", "push %#", "under %#", ""), [
            (
                f"{item.line:g}", number(100 * item.over, 1), number(100 * item.push, 1), number(100 * item.under, 1),
                "quoted" if item.quoted else " ",
            )
            for item in result.lines
        ])  # fmt: skip
    say(f"{result.model.version}, games of {result.model.trained_from} to {result.model.trained_to}")
    say_notes(result.notes)
