"""`closeline rollups`: how picks have done, by cohort."""

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from closeline.cli.opening import opened, reading
from closeline.cli.options import AsJson, Database, OnlyLeague
from closeline.cli.printing import NONE, number, print_json, print_table, say
from closeline.domain.errors import BadInput

if TYPE_CHECKING:
    from closeline.schemas.performance import ClvDistribution, CohortPerformance, Estimate, Figures

app = typer.Typer(no_args_is_help=True, help="Say how picks have done, by cohort.")

By = Annotated[
    str,
    typer.Option(
        "--by", metavar="DIMENSIONS",
        help="Apart by these, joined by commas: league, market, decision, tier, book, hours, policy, calibration.",
    ),
]  # fmt: skip
Only = Annotated[
    str, typer.Option("--only", metavar="COHORT", help="Only this cohort, such as league=nba,tier=A; or all.")
]
From = Annotated[
    datetime | None,
    typer.Option("--from", metavar="DATE", formats=["%Y-%m-%d"], help="From this league day on."),
]
To = Annotated[
    datetime | None, typer.Option("--to", metavar="DATE", formats=["%Y-%m-%d"], help="Up to and with this league day.")
]
AsOf = Annotated[
    datetime | None,
    typer.Option("--as-of", metavar="DATE", formats=["%Y-%m-%d"], help="As the record stood when this UTC day ended."),
]
PICKS = "decision=PICK"
COLUMNS = (
    "cohort", "graded#", "W-L-P-V", "units#", "of one#", "95 %", "always", "expected#", "z#", "at close#", "z#",
    "Brier#", "skill#", "at close#",
)  # fmt: skip
CLOSING = (
    "cohort", "CLV#", "95 %", "always", "e-value#", "sd#", "+#", "0#", "-#", "n#", "no close", "survives",
)  # fmt: skip


@app.command()
def rebuild(*, league: OnlyLeague = None, db: Database = None, as_json: AsJson = False) -> None:
    """Forget the sums and make them anew from publications, grades and line tracks."""
    from closeline.flow.view.performance import cells
    from closeline.schemas.performance import RollupsRebuilt
    from closeline.store.session import unit_of_work

    with opened(db) as desk, unit_of_work(desk.engine) as session:
        made = cells.rebuild(session, tenant_id=desk.tenant_id, league=league)
    result = RollupsRebuilt(league=league, days=made.days, picks=made.picks, cells=made.cells)
    if as_json:
        print_json(result)
    else:
        say(f"{league or 'all leagues'}: {made.picks} picks of {made.days} days in {made.cells} rows")


@app.command()
def show(
    *,
    by: By = "league",
    only: Only = PICKS,
    first: From = None,
    last: To = None,
    as_of: AsOf = None,
    db: Database = None,
    as_json: AsJson = False,
) -> None:
    """Show results, scores and closing-line value of each cohort, with intervals that may be read every day."""
    from closeline.domain.cohorts import parse_cohort, parse_dimensions
    from closeline.jobs.performance import cohorts

    along, wanted = parse_dimensions(by), parse_cohort(only)
    _in_order(first, last)
    with reading(db) as (desk, session):
        found = cohorts(
            session, tenant_id=desk.tenant_id, along=[along], only=wanted, first=_day(first), last=_day(last),
            **_moment(as_of),
        )  # fmt: skip
    if as_json:
        print_json(found)
    else:
        _show(found, only)


@app.command()
def clv(
    *,
    only: Only = PICKS,
    first: From = None,
    last: To = None,
    as_of: AsOf = None,
    db: Database = None,
    as_json: AsJson = False,
) -> None:
    """Show how the closing-line value of a cohort is spread."""
    from closeline.domain.cohorts import parse_cohort
    from closeline.jobs.performance import distribution

    wanted = parse_cohort(only)
    _in_order(first, last)
    with reading(db) as (desk, session):
        found = distribution(
            session, tenant_id=desk.tenant_id, only=wanted, first=_day(first), last=_day(last), **_moment(as_of)
        )
    if as_json:
        print_json(found)
    else:
        _spread(found)


def _in_order(first: datetime | None, last: datetime | None) -> None:
    if first and last and last < first:
        raise BadInput(f"--to must not be before --from {first.date()}, was {last.date()}; exchange them")


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None


def _moment(day: datetime | None) -> dict[str, datetime]:
    # The last microsecond of the day: what was graded on it is known.
    return {} if day is None else {"as_of": day.replace(tzinfo=UTC) + timedelta(days=1) - timedelta(microseconds=1)}


def _show(found: "CohortPerformance", only: str) -> None:
    print_table(f"Picks by {', '.join(found.dimensions)}: {only}", COLUMNS, [_results(row) for row in found.rows],
                empty="nothing published")  # fmt: skip
    if not found.rows:
        return
    print_table("Closing-line value, points of probability", CLOSING, [_closing(row) for row in found.rows])
    looked = "1 cohort was" if found.tested == 1 else f"{found.tested} cohorts were"
    say(f"{looked} looked at; at a false discovery rate of 10 % {found.surviving} survive")
    say("95 %: right on one day that was chosen beforehand; always: right on every day that you look")
    _since(found.start_date)


def _since(first: date | None) -> None:
    if first is not None:
        say(f"always, e-value and survives: of the whole record of a cohort, not only from {first} on")


def _results(row: "Figures") -> tuple[object, ...]:
    return (
        row.cohort_key, row.graded, f"{row.wins}-{row.losses}-{row.pushes}-{row.voids}",
        number(row.units, signed=True), number(_times(row.roi.mean, 100), 1, signed=True), *_intervals(row.roi, 1),
        number(row.expected_publish.expected, signed=True), number(row.expected_publish.z, signed=True),
        number(row.expected_close.expected, signed=True), number(row.expected_close.z, signed=True),
        number(row.scores.brier, 4), number(row.scores.skill_publish, 4, signed=True),
        number(row.scores.skill_close, 4, signed=True),
    )  # fmt: skip


def _closing(row: "Figures") -> tuple[object, ...]:
    value = row.clv.value
    return (
        row.cohort_key, number(_times(value.mean, 100), signed=True), *_intervals(value, 2), number(value.e_value, 3),
        number(_times(row.clv.sd, 100)), *(_share(part) for part in (
            row.clv.share_positive, row.clv.share_zero, row.clv.share_negative,
        )),
        value.n, _counts(row.clv.missing), row.survives,
    )  # fmt: skip


def _intervals(value: "Estimate", digits: int) -> tuple[str, str]:
    pairs = ((value.low, value.high), (value.always_low, value.always_high))
    low, always = (
        NONE if ends[0] is None else " to ".join(number(_times(end, 100), digits, signed=True) for end in ends)
        for ends in pairs
    )
    return low, always


def _times(value: float | None, factor: float) -> float | None:
    return None if value is None else value * factor


def _share(value: float | None) -> str:
    return NONE if value is None else f"{value:.0%}"


def _counts(counted: dict[str, int]) -> str:
    return ", ".join(f"{n} {reason}" for reason, n in counted.items())


def _spread(found: "ClvDistribution") -> None:
    most = max((item.n for item in found.bins), default=0)
    print_table(f"Closing-line value of {found.cohort_key}, points of probability, {found.n} picks",
                ("from#", "to#", "picks#", ""), [
        (
            number(_times(item.low, 100), 1, signed=True), number(_times(item.high, 100), 1, signed=True), item.n,
            "#" * round(40 * item.n / most),
        )
        for item in found.bins
    ] if most else [], empty="no pick with a close")  # fmt: skip
    if most:
        say("quantiles  " + ", ".join(f"{level} {100 * value:+.2f}" for level, value in found.quantiles.items()))
        mean, median = (number(_times(value, 100), signed=True) for value in (found.value.mean, found.median))
        say(f"mean {mean}, median {median}, sd {number(_times(found.sd, 100))}, {_share(found.share_positive)} above "
            f"nought, {_share(found.share_negative)} below")  # fmt: skip
        low, always = _intervals(found.value, 2)
        say(f"mean: 95 % {low}; always {always}")
        _since(found.start_date)
    if found.missing:
        say(f"without a close: {_counts(found.missing)}")
