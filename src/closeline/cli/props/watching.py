"""`closeline props watch`, `compare`, `lines`, `report`: how models of players hold up on games they had not seen."""

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from closeline.cli.opening import opened
from closeline.cli.options import AsJson, Database
from closeline.cli.printing import counted, number, print_json, print_table, say
from closeline.cli.props import asked

if TYPE_CHECKING:
    from closeline.schemas.props import watching as shapes

Since = Annotated[
    datetime | None,
    typer.Option("--since", metavar="DATE", formats=["%Y-%m-%d"], help="Only games from this league day on."),
]
Version = Annotated[str, typer.Argument(help="A version as closeline props status shows it.")]
_COLUMNS = (
    "forecast", "rows#", "days#", "MAE#", "CRPS#", "log score#", "50 %#", "80 %#", "95 %#", "PIT gap#", "p#", "bias#",
    "spread#",
)  # fmt: skip
_LINES = (
    "lines",
    "n#",
    "pushes#",
    "days#",
    "model#",
    "market#",
    "gain#",
    "95 %",
    "MAE model#",
    "MAE line#",
    "gain#",
    "95 %",
)
Again = Annotated[
    bool, typer.Option("--again", help="Ask both anew, also where it was kept what they said before the games.")
]
_DRIFTS_SHOWN = 5
_STORED = "STORED"


def watch(
    *, since: Since = None, statistic: asked.Statistics = None, db: Database = None, as_json: AsJson = False
) -> None:
    """Show how each statistic's models hold up, month by month, on games after their training, and what drifts."""
    from closeline.jobs.props.watching import watch as run

    with opened(db) as desk:
        result = run(desk, asked.statistics_asked(statistic), _day(since))
    if as_json:
        print_json(result)
        return
    for item in result.statistics:
        _show_statistic(item)
    for name in result.unwatched:
        say(f"{name}: no game after the training of a model")
    if result.degraded:
        say(f"degraded: {', '.join(result.degraded)}; train again: closeline props train")


def compare(
    *, first: Version, second: Version, since: Since = None, again: Again = False, db: Database = None,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Hold two versions against each other on the same played games, which neither had seen.

    By what both said before the games where it was kept (closeline props shadow); else both are asked anew.
    """
    from closeline.jobs.props.comparing import compare_models

    with opened(db) as desk:
        result = compare_models(desk, first, second, _day(since), again=again)
    if as_json:
        print_json(result)
        return
    title = f"{result.statistic}, {result.first_day} to {result.last_day}"
    print_table(title, _COLUMNS, [_row(item) for item in result.standings])
    say(f"CRPS, first less second: {_interval(result.crps, 4)}; below 0 the first is better")
    say(f"log score, first less second: {_interval(result.log_score, 4)}; below 0 the first is better")
    if result.clv is not None:
        say(f"CLV in points, first less second: {_interval(result.clv, 2)}; above 0 the first is better")
    else:
        say(f"CLV: {result.clv_missing}")
    if result.basis == _STORED:
        say(
            f"{counted(result.crps.n, 'number')} kept of both, {result.recorded_before} recorded before the game; "
            f"{result.waiting} wait for their games, {result.did_not_play} of players who did not play"
        )
    say(f"{result.basis}: {result.told}")


def lines(
    *, since: Since = None, statistic: asked.Statistics = None, db: Database = None, as_json: AsJson = False
) -> None:
    """Hold models against the books' lines of the record: log loss, error, what filters cost, and whether edges pay."""
    from closeline.jobs.props.against_lines import against_lines

    with opened(db) as desk:
        result = against_lines(desk, asked.statistics_asked(statistic), _day(since))
    if as_json:
        print_json(result)
    else:
        _show_lines(result)


def report(
    *,
    out: Annotated[Path, typer.Option("--out", help="The HTML file to write.")] = Path("props.html"),
    since: Since = None,
    statistic: asked.Statistics = None,
    db: Database = None,
) -> None:
    """Write one HTML file with the figures of `watch` and `lines`, with their plots; it runs no script."""
    from closeline.jobs.props.against_lines import against_lines
    from closeline.jobs.props.watching import watch as run
    from closeline.web.report.players import write_players

    wanted = asked.statistics_asked(statistic)
    with opened(db) as desk:
        watched = run(desk, wanted, _day(since))
        found = against_lines(desk, wanted, _day(since))
    write_players(watched, found, out=out, notice=desk.notice.text)
    say(f"wrote {out}")


def _show_statistic(item: "shapes.WatchedStatistic") -> None:
    for model in item.models:
        say(f"{item.statistic}: {model.version}, up to {model.trained_to}, {counted(model.rows, 'row')} after it")
    print_table(item.statistic, _COLUMNS, [_row(each) for each in (item.total, *item.baselines)])
    if item.regulars is not None:
        print_table("regulars", _COLUMNS, [_row(each) for each in (item.regulars, *item.regular_baselines)])
    print_table("by month", _COLUMNS, [_row(each) for each in item.months])
    for name, found in (("middle", item.residuals.middle), ("width", item.residuals.width)):
        state = f"beyond {found.margin} since {found.since}" if found.since else f"within {found.margin}"
        say(f"{name}: {found.mean:+.4f}, always valid {found.low:+.4f} to {found.high:+.4f}; {state}")
    if item.features is None:
        say("features: too few rows to compare")
        return
    told = item.features
    shown = ", ".join(f"{each.feature} {each.index:.2f}" for each in told.drifts[:_DRIFTS_SHOWN])
    say(f"features: {told.alarms} of {told.compared} beyond {told.index_most}; largest {shown}\n")


def _show_lines(result: "shapes.LinesFound") -> None:
    told = [_line(item) for item in (result.total, *result.statistics) if item]
    chosen = [_line(item.against) if item.against else _none(item) for item in result.chosen]
    print_table("Log loss and error against the lines", _LINES, [*told, *chosen], "no lines")
    for item in result.chosen:
        say(
            f"{item.name}: {counted(item.n, 'line')}, {100 * item.share:.1f} % of those compared; "
            f"{item.published} published, {100 * item.published_share:.1f} %"
        )
    say(f"judged by the gates: {counted(result.judged, 'line')} of those compared")
    passed = result.passing
    if passed is not None and passed.won is not None and passed.break_even is not None and passed.excess is not None:
        won = f"won {passed.won:.3f}, break-even {passed.break_even:.3f}"
        say(f"what the filters let through {won}: {_interval(passed.excess, 3)}")
    print_table("What each filter takes away", ("filter", "alone#", "EV#", "it alone#", "EV#"), [
        (item.reason, item.removed_alone, number(item.ev_alone, 3), item.removed_marginal, number(item.ev_marginal, 3))
        for item in result.costs
    ])  # fmt: skip
    if result.edges is not None:
        _show_edges(result.edges)
    for left in result.uncounted:
        say(f"not compared, {left.reason}: {counted(left.lines, 'line')}")


def _show_edges(edges: "shapes.EdgeTest") -> None:
    print_table("Win rate by edge", ("edge from#", "n#", "won#", "break-even#", "difference#"), [
        (number(item.low, 3), item.n, number(item.won, 3), number(item.break_even, 3), number(item.excess, 3))
        for item in edges.buckets
    ])  # fmt: skip
    if edges.slope_p is None or edges.trend_p is None:
        say("too few lines or days to test whether it rises")
        return
    verdict = "it rises with the edge" if edges.rises else "no rise is shown"
    say(f"slope {number(edges.coefficient, 2)}, p {edges.slope_p:.3f}; trend p {edges.trend_p:.3f}: {verdict}")


def _row(item: "shapes.Standing") -> tuple[object, ...]:
    return (
        item.name[:12], item.n, item.days, number(item.mae, 3), number(item.crps, 3), number(item.log_score, 4),
        *(number(100 * share, 1) for share in item.covered), number(item.pit_gap, 4), number(item.pit_p, 3),
        number(item.bias, 3), number(item.spread, 3),
    )  # fmt: skip


def _line(item: "shapes.AgainstLines") -> tuple[object, ...]:
    gain, mae = item.log_loss_gain, item.mae_gain
    return (
        item.name, item.n, item.pushes, item.days, number(item.log_loss_model, 4), number(item.log_loss_market, 4),
        number(gain.mean, 4), f"{gain.low:+.4f} to {gain.high:+.4f}", number(item.mae_model, 3),
        number(item.mae_line, 3), number(mae.mean, 3), f"{mae.low:+.3f} to {mae.high:+.3f}",
    )  # fmt: skip


def _none(item: "shapes.ChosenLines") -> tuple[object, ...]:
    """Return the row of lines of which none ended above or below, so that nothing can be compared."""
    return (item.name, item.n, item.n, *(None,) * (len(_LINES) - 3))


def _interval(item: "shapes.Interval", digits: int) -> str:
    return (
        f"{item.mean:+.{digits}f} ({item.low:+.{digits}f} to {item.high:+.{digits}f}, "
        f"{item.n} rows of {counted(item.clusters, 'day')})"
    )


def _day(since: datetime | None) -> date | None:
    return None if since is None else since.date()
