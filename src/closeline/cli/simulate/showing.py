"""A simulated game as JSON and as tables: its scores drawn, its board by period, its legs together."""

import math
from collections.abc import Iterable, Iterator
from time import perf_counter
from typing import TYPE_CHECKING

from closeline.cli.printing import number, print_table, say
from closeline.cli.simulate.bars import bars
from closeline.domain.markets import MarketType, Side
from closeline.schemas import simulation as shapes
from closeline.schemas.decomposition import Decomposition
from closeline.web.board_rows import by_period, line_of, main_lines, rows_of

if TYPE_CHECKING:
    from closeline.jobs.simulating import Answer
    from closeline.maths.simulate.board import Chances
    from closeline.maths.simulate.legs import Together
    from closeline.maths.simulate.simulation import Simulated
    from closeline.web.board_rows import Row

UNSEEN = 1e-6  # tails with less than this in all are not written down


# ------------------------------------------------------------------------------------------------- the shape


def simulation_shape(answer: "Answer", event_id: str | None, legs: "Together | None") -> shapes.Simulation:
    """Return a simulated game in the shape in which it crosses the edge."""
    began, simulated = perf_counter(), answer.simulated
    markets = list(_markets(answer))
    (margin, margin_sd), (total, total_sd) = simulated.moments()
    drawn = 0 if simulated.worlds is None else len(simulated.worlds.weights)
    return shapes.Simulation(
        league=str(answer.league),
        event_id=event_id,
        name=answer.name,
        engine=str(simulated.evaluator),
        worlds=drawn,
        seed=answer.seed if drawn else None,
        effective_sample_size=simulated.effective if drawn else None,
        effective_share=simulated.effective / (drawn or 1),
        too_few=simulated.too_few,
        # Most of an exact board is worked out as it is read, and that belongs to the time it took.
        seconds=answer.seconds + perf_counter() - began,
        simulation_version=answer.simulation_version,
        fitted_on=answer.fitted_on,
        notes=list(answer.notes),
        wanted=shapes.OfGame(margin=answer.margin, total=answer.total),
        mean=shapes.OfGame(margin=margin, total=total),
        sd=shapes.OfGame(margin=margin_sd, total=total_sd),
        distribution=_distributions(simulated),
        decomposition=_decomposition(answer),
        legs=None if legs is None else _legs(legs),
        markets=markets,
    )


def _decomposition(answer: "Answer") -> Decomposition | None:
    made = answer.decomposition
    return None if made is None else Decomposition.model_validate_json(made.to_json())


def _markets(answer: "Answer") -> Iterator[shapes.MarketChances]:
    from closeline.maths.simulate.board import listing

    for found, side, line in listing(answer.league, answer.margin, answer.total):
        yield _chances(found.key, side, line, answer.simulated.board.chances(found, side, line))


def _chances(market_key: str, side: Side, line_quarters: int | None, chances: "Chances") -> shapes.MarketChances:
    line = None if line_quarters is None else line_quarters / 4
    return shapes.MarketChances(
        market_key=market_key, side=str(side), line=line, win=chances.win, push=chances.push, loss=chances.loss
    )


def _distributions(simulated: "Simulated") -> shapes.Distributions:
    from closeline.maths.simulate.board import marginal

    margin, total = (marginal(simulated.final, kind) for kind in (MarketType.SPREAD, MarketType.TOTAL))
    return shapes.Distributions(margin=_trimmed(*margin), total=_trimmed(*total))


def _trimmed(mass: Iterable[float], first: int) -> shapes.Distribution:
    held = [float(chance) for chance in mass]
    low, high = 0, len(held)
    seen = sum(held) - UNSEEN
    while sum(held[low + 1 : high]) > seen:
        low += 1
    while sum(held[low : high - 1]) > seen:
        high -= 1
    return shapes.Distribution(first=first + low, mass=held[low:high])


def _legs(found: "Together") -> shapes.Legs:
    return shapes.Legs(
        legs=[
            _chances(leg.market.key, leg.side, leg.line_quarters, chances)
            for leg, chances in zip(found.legs, found.chances, strict=True)
        ],
        win=found.win,
        win_standard_error=found.win_error,
        independent=found.independent,
        lift=found.lift,
        lift_standard_error=found.lift_error,
        hits=found.hits,
        enough=found.enough,
        reason=found.shortage or None,
        fair_decimal=_finite(found.subsets[-1].fair_decimal),
        subsets=_subsets(found),
    )


def _subsets(found: "Together") -> list[shapes.Subset]:
    return [
        shapes.Subset(
            legs=list(subset.places), win=subset.win, no_push=subset.no_push, fair_decimal=_finite(subset.fair_decimal)
        )
        for subset in found.subsets
    ]


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


# ------------------------------------------------------------------------------------------------- for people


def show(found: shapes.Simulation, *, alternates: bool) -> None:
    """Print a simulated game for people: main lines only, unless alternates are wanted too."""
    from rich.console import Console

    width = Console().width
    _show_head(found)
    _show_spread("margin, home less away", found.mean.margin, found.sd.margin, found.distribution.margin, width)
    _show_spread("total", found.mean.total, found.sd.total, found.distribution.total, width)
    if found.decomposition is not None:
        _show_parts(found.decomposition)
    if found.legs is not None:
        _show_legs(found.legs)
    for period, rows in by_period(rows_of(found.markets)).items():
        shown = rows if alternates else main_lines(rows)
        columns = ("market", "line#", "home or over#", "push or draw#", "away or under#", "fair#", "fair other#")
        print_table(period, columns, [_row(row) for row in shown])


def _show_parts(found: Decomposition) -> None:
    parts = [("base rating", found.base_margin, found.base_total)] + [
        (part.name.replace("_", " ").lower(), part.margin_points, part.total_points) for part in found.adjustments
    ]
    print_table("What the means are made of, points", ("part", "margin#", "total#"), [
        (name, number(margin, signed=True), number(total, signed=True)) for name, margin, total in parts
    ])  # fmt: skip
    print_table("How each team scores in regulation", ("team", "units#", "z#", "points a unit#", "z#"), [
        (
            name, number(team.units.value), number(team.units.z, signed=True), number(team.efficiency.value, 3),
            number(team.efficiency.z, signed=True),
        )
        for name, team in (("home", found.team_home), ("away", found.team_away))
    ])  # fmt: skip


def _show_head(found: shapes.Simulation) -> None:
    say(f"{found.name}  [{found.league}]")
    if found.effective_sample_size is None:
        say(f"exact, nothing drawn, {found.seconds:.2f} s; re-weighting would leave {found.effective_share:.2f} N of "
            "any worlds")  # fmt: skip
    else:
        say(f"{found.worlds} worlds, seed {found.seed}, {found.seconds:.2f} s; effective sample size "
            f"{found.effective_sample_size:.0f} ({found.effective_share:.2f} N)")  # fmt: skip
    if found.too_few:
        say("EFFECTIVE SAMPLE SIZE BELOW 0.8 N")
    say(f"model {found.simulation_version}, fitted on {found.fitted_on}")
    for note in found.notes:
        say(f"note: {note}")
    say("")


def _show_spread(name: str, mean: float, sd: float, spread: shapes.Distribution, width: int) -> None:
    say(f"{name}: mean {number(mean)}, sd {number(sd)}")
    for line in bars(spread.first, spread.mass, width):
        say(line)
    say("")


def _show_legs(legs: shapes.Legs) -> None:
    columns = ("", "leg", "line#", "win#", "push#", "loss#")
    print_table("Legs, from the same worlds", columns, [
        (place, f"{leg.market_key} {leg.side}", line_of(leg), *(number(x, 4) for x in (leg.win, leg.push, leg.loss)))
        for place, leg in enumerate(legs.legs, start=1)
    ])  # fmt: skip
    say(f"all win {legs.win:.4f} ± {legs.win_standard_error:.4f} ({legs.hits} worlds), independent "
        f"{legs.independent:.4f}, fair odds {number(legs.fair_decimal)}")  # fmt: skip
    if legs.lift is not None:
        say(f"lift {number(legs.lift, 3)} ± {number(legs.lift_standard_error, 3)}")
    if legs.reason is not None:
        say(f"no lift to publish: {legs.reason}")
    say("")
    if len(legs.legs) > 1:
        print_table("What stays when other legs push or are void", ("legs", "all win#", "fair odds, none pushed#"), [
            (places_of(subset), number(subset.win, 4), number(subset.fair_decimal)) for subset in legs.subsets
        ])  # fmt: skip


def places_of(subset: shapes.Subset) -> str:
    """Return which legs a subset holds, counted from 1."""
    return " + ".join(str(place + 1) for place in subset.legs)


def _row(row: "Row") -> tuple[object, ...]:
    fair, other = row.fair
    chances = (number(chance, 3) for chance in (row.home, row.level, row.away))
    return (row.market_key, row.line, *chances, number(fair), number(other))
