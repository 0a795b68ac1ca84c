"""`closeline models`: how the simulations are fitted, and how well they fit seasons that they have not seen."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from closeline.cli.learning.values import values
from closeline.cli.opening import opened
from closeline.cli.options import AsJson, Database
from closeline.cli.printing import number, print_json, print_table, say
from closeline.domain.errors import BadInput
from closeline.domain.leagues import League

if TYPE_CHECKING:
    from closeline.maths.simulate.goodness import Goodness
    from closeline.schemas.rules.fits import Fit

app = typer.Typer(no_args_is_help=True, help="Fit the simulations, and look at how well they fit.")
app.command()(values)

OfLeague = Annotated[League, typer.Argument(help="The league.")]
Seasons = Annotated[str, typer.Option("--seasons", metavar="A-B", help="Seasons by the year in which they begin.")]
GAMES = 600


@app.command()
def fit(
    league: OfLeague,
    *,
    seasons: Seasons,
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="Where the artefact is written.")],
    db: Database = None,
) -> None:
    """Fit a league's simulation on seasons of the record, which a backtest has evaluated, and write the artefact."""
    from closeline.jobs.learning.fitting import fit_simulation

    with opened(db) as desk:
        text = fit_simulation(desk, league, *_years(seasons))
    out.write_text(text)
    say(f"{out}: {league} fitted on seasons {seasons}")


@app.command()
def check(
    league: OfLeague,
    *,
    seasons: Seasons,
    games: Annotated[int, typer.Option("--games", min=20, help="How many of them to simulate, evenly chosen.")] = GAMES,
    db: Database = None,
    as_json: AsJson = False,
) -> None:
    """Compare a league's simulation with seasons of the record: take seasons that it was not fitted on."""
    from closeline.jobs.learning.fitting import check_simulation

    with opened(db) as desk:
        fitted_on, found = check_simulation(desk, league, *_years(seasons), most=games)
    result = _shape(league, seasons, fitted_on, found)
    if as_json:
        print_json(result)
        return
    _show(result)


def _shape(league: League, seasons: str, fitted_on: str, found: "Goodness") -> "Fit":
    from closeline.schemas.rules.fits import Figure, Fit, LogScore, ReliabilityBin

    return Fit(
        league=league,
        seasons=seasons,
        fitted_on=fitted_on,
        games=found.games,
        simulated=found.simulated,
        comparisons=[
            Figure(name=row.name, seen=row.seen, scripted=row.scripted, weighed=_known(row.weighed))
            for row in found.comparisons
        ],
        log_scores=[LogScore.model_validate(row, from_attributes=True) for row in found.log_scores],
        reliability=[ReliabilityBin.model_validate(row, from_attributes=True) for row in found.reliability],
    )


def _known(value: float) -> float | None:
    return None if value != value else value  # noqa: PLR0124 -- what is not itself is not a number


def _show(result: "Fit") -> None:
    say(f"{result.league}, seasons {result.seasons}: {result.games} games, {result.simulated} of them simulated")
    say(f"fitted on {result.fitted_on}")
    print_table("Frequencies and spreads", ("figure", "games#", "script#", "weighed#"), [
        (row.name, number(row.seen, 4), number(row.scripted, 4), number(row.weighed, 4)) for row in result.comparisons
    ])  # fmt: skip
    print_table("Mean log-score", ("of", "script#", "weighed#", "plain#", "key numbers#"), [
        (row.name, *(number(value, 4) for value in (row.scripted, row.weighed, row.plain, row.key_numbers)))
        for row in result.log_scores
    ])  # fmt: skip
    print_table("Early markets from full-game lines: reliability", ("market", "games#", "given#", "came true#"), [
        (row.name, row.games, number(row.given, 3), number(row.seen, 3)) for row in result.reliability
    ])  # fmt: skip


def _years(text: str) -> tuple[int, int]:
    first, _, last = text.partition("-")
    if not first.isdigit() or not (last or first).isdigit() or int(first) > int(last or first):
        raise BadInput(f"seasons must be two years such as 2015-2019, were {text!r}")
    return int(first), int(last or first)
