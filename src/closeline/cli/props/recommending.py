"""`closeline props recommend`: the lines of a day that are worth a bet, and why all others are not."""

from typing import TYPE_CHECKING

from closeline.cli.opening import opened
from closeline.cli.options import AsJson, Database
from closeline.cli.printing import number, print_json, print_table, say
from closeline.cli.props import asked
from closeline.cli.props.predicting import say_notes

if TYPE_CHECKING:
    from closeline.schemas.props.recommendations import Line, Recommendations

_COLUMNS = (
    "player", "bet", "price", "book", "mean#", "cv#", "chance %#", "fair %#", "edge %#", "ev %#", "stake %#", "stake#",
)  # fmt: skip
_REFUSED = ("player", "line", "price", "edge %#", "ev %#", "filters", "desk", "why")
# How many refused lines are printed: --json has all of them.
_SHOWN = 15


def recommend(
    *,
    min_edge: asked.MinEdge = 3.0,
    date: asked.Day = None,
    min_confidence: asked.MinConfidence = 60.0,
    max_cv: asked.MaxCv = 0.35,
    min_games: asked.MinGames = 5,
    bankroll: asked.Bankroll = None,
    statistic: asked.Statistics = None,
    db: Database = None,
    as_json: AsJson = False,
) -> None:
    """Hold a day's lines against the filters asked for and the gates of the desk; record nothing.

    Stakes are a quarter of Kelly, at most 1 % of the bankroll, each for itself. Every refusal has its reasons.
    """
    from closeline.domain.props.filters import PropFilters
    from closeline.jobs.props.recommending import Wanted
    from closeline.jobs.props.recommending import recommend as run

    filters = PropFilters(
        min_edge=min_edge / 100, min_confidence=min_confidence / 100, max_cv=max_cv, min_games=min_games
    )
    with opened(db) as desk:
        wanted = Wanted(filters, asked.statistics_asked(statistic), bankroll)
        result = run(desk, asked.day_asked(desk, date), wanted)
    if as_json:
        print_json(result)
    else:
        show(result)


def show(result: "Recommendations") -> None:
    """Print what to bet, what not, and what each filter costs."""
    title = (
        f"{result.day}: {result.recommended} of {len(result.lines)} lines, seen from {result.as_of:%Y-%m-%d %H:%M} UTC"
    )
    print_table(title, _COLUMNS, [_row(item) for item in result.lines if item.recommended], "nothing to bet")
    say(f"{result.passed_filters} pass the filters asked for, {result.passed_desk} are a PICK of the desk")
    refused = [item for item in result.lines if not item.recommended]
    if refused:
        print_table(f"Refused, the {min(len(refused), _SHOWN)} of most value", _REFUSED, [
            (
                item.player, _bet(item), item.price, number(item.edge, 1), number(100 * item.ev, 1), item.filters,
                item.desk, "; ".join(dict.fromkeys(reason.reason for reason in item.refusals)),
            )
            for item in refused[:_SHOWN]
        ])  # fmt: skip
        print_table("Why lines were refused; one may have several reasons", ("by", "reason", "lines#"), [
            (item.by, item.reason, item.lines) for item in result.refusals
        ])  # fmt: skip
        _show_costs(result)
    if result.not_judged:
        print_table("Not judged", ("reason", "lines#", "because"), [
            (item.reason, item.lines, item.detail) for item in result.not_judged
        ])  # fmt: skip
    say_notes(result.notes)


def _show_costs(result: "Recommendations") -> None:
    columns = ("filter", "refuses#", "of mean ev %#", "it alone refuses#", "of mean ev %#")
    print_table("What each filter costs, in expected value per unit by the model's own word", columns, [
        (item.reason, item.removed_alone, _percent(item.ev_alone), item.removed_marginal, _percent(item.ev_marginal))
        for item in result.costs
    ])  # fmt: skip


def _percent(value: float | None) -> str:
    return number(None if value is None else 100 * value, 1, signed=True)


def _bet(item: "Line") -> str:
    return f"{item.side.title()} {item.line:g} {item.statistic}"


def _row(item: "Line") -> tuple[object, ...]:
    look = " (look again)" if item.review else ""
    return (
        item.player, _bet(item) + look, item.price, item.book, number(item.mean, 1), number(item.cv),
        number(100 * item.p_side, 1), number(100 * item.p_fair, 1), number(item.edge, 1), number(100 * item.ev, 1),
        number(100 * item.stake_share), None if item.stake is None else number(item.stake),
    )  # fmt: skip
