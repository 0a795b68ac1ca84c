"""`closeline clv`: what picks were worth against the closing line, and how much of a record has one."""

from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Annotated

import typer

from closeline.cli.opening import reading
from closeline.cli.options import AsJson, Database, OnlyLeague, PickId
from closeline.cli.printing import NONE, number, print_json, print_table, say
from closeline.domain.errors import BadInput
from closeline.domain.leagues import NEXT_DAY, League

if TYPE_CHECKING:
    from closeline.flow.view.closing import By
    from closeline.schemas.ending.clv import ClvFigures, ClvOfPick, ClvReport, ClvSegment, Coverage, CoverageRow

app = typer.Typer(no_args_is_help=True, help="Look at closing line value.")

ByKeys = Annotated[
    str, typer.Option("--by", metavar="KEYS", help="Any of league, market, tier, book, hours, quality, by commas.")
]
AsOf = Annotated[
    datetime | None, typer.Option("--as-of", formats=["%Y-%m-%d"], metavar="DATE", help="As it was known on that day.")
]
Hours = Annotated[float, typer.Option("--hours", min=0, max=8760, help="How long before the start the price stood.")]
AtBook = Annotated[str | None, typer.Option("--book", metavar="BOOK", help="Only tickets at this book.")]
AMERICAN_DIGITS = 3
REPORT = (
    "segment", "n#", "missing#", "mean %#", "95 % low#", "high#", "median %#", "t#", "+ %#", "0 %#", "- %#",
    "beat close %#", "band %#", "why missing",
)  # fmt: skip


@app.command()
def show(pick_id: PickId, *, db: Database = None, as_json: AsJson = False) -> None:
    """Show one pick against its close: open, best, close, whose it was, how old, and every figure with its range."""
    from closeline.flow.view.closing import clv_of_pick

    with reading(db) as (desk, session):
        result = clv_of_pick(session, pick_id=pick_id, tenant_id=desk.tenant_id, as_of=desk.clock())
    if as_json:
        print_json(result)
    else:
        _show(result)


@app.command()
def report(
    *, by: ByKeys = "league,market", league: OnlyLeague = None, as_of: AsOf = None, db: Database = None,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Report closing line value by segment, with intervals by event and what was left out."""
    from closeline.flow.view.closing import clv_report

    with reading(db) as (desk, session):
        result = clv_report(
            session, tenant_id=desk.tenant_id, leagues=[league] if league else list(League), by=_keys(by),
            as_of=_end_of(as_of.date()) if as_of else desk.clock(),
        )  # fmt: skip
    if as_json:
        print_json(result)
    else:
        _report(result)


@app.command()
def coverage(
    *, league: Annotated[League, typer.Option("--league", help="The league.")], hours: Hours = 24, book: AtBook = None,
    db: Database = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Say how many closes a record of prices holds, by tickets that nobody took."""
    from closeline.jobs.closing.coverage import coverage as covered

    with reading(db) as (desk, session):
        result = covered(session, desk, league, hours=hours, book=book)
    if as_json:
        print_json(result)
    else:
        _coverage(result)


def _keys(text: str) -> "list[By]":
    from closeline.flow.view.closing import By

    names = [name.strip() for name in text.split(",") if name.strip()]
    wrong = [name for name in names if name not in set(By)]
    if wrong or not names or len(set(names)) != len(names):
        raise BadInput(f"--by must be some of {','.join(By)}, each once, was {text[:60]!a}")
    return [By(name) for name in names]


def _end_of(day: date) -> datetime:
    return datetime.combine(day + NEXT_DAY, time(0), UTC)


def _show(found: "ClvOfPick") -> None:
    say(f"{found.event_id}  {found.side} {found.market_key} {_line(found.line)}  {found.price} at {found.book}")
    basis = found.start_basis or "not reviewed"
    say(f"published {_time(found.published_at)}, start {_time(found.starts_at)} ({basis})")
    print_table("Prices", ("", "line#", "price#", "other side#"), [
        ("open", _line(found.open_line), _price(found.open_price), NONE),
        ("taken", _line(found.line), _price(found.price), NONE),
        ("best after publication", _line(found.best_line), _price(found.best_price), NONE),
        ("close", _line(found.close_line), _price(found.close_price), _price(found.close_price_opposite)),
    ])  # fmt: skip
    if found.reason is not None:
        say(f"no close: {found.reason}; nothing is put in its place")
        return
    books = f" of {', '.join(found.consensus_books)}" if found.consensus_books else ""
    say(f"close: {found.quality}, {found.close_book}{books}, by {found.rules}, version {found.track_version}")
    age = number(found.close_age_minutes, 1)
    say(f"seen {_time(found.close_at)} to {_time(found.close_seen_until)}, {age} minutes before the start")
    print_table("Closing line value, positive is good for the pick", ("figure", "value#", "says"), [
        ("points", number(found.clv_points, 2, signed=True), "how far the number moved"),
        ("beat_close", found.beat_close, "+1, 0 or -1: line first, then price"),
        ("q_close", number(found.q_close, 4), f"fair chance at the pick's line, by {found.method}"),
        ("clv_prob", number(found.clv_prob, 4, signed=True), "fair close less fair price at publication"),
        ("clv_prob_raw", number(found.clv_prob_raw, 4, signed=True), "price less price, margin in it, same line only"),
        ("clv_price_ratio", number(found.clv_price_ratio, 4, signed=True), "pick's odds over the close's, less 1"),
        ("clv_ev", number(found.clv_ev, 4, signed=True), "return per unit that the fair close promises"),
        ("clv_ev, lowest", number(found.clv_ev_low, 4, signed=True), "over the devig methods"),
        ("clv_ev, highest", number(found.clv_ev_high, 4, signed=True), "over the devig methods"),
        ("predicted", number(found.predicted_clv, 4, signed=True), "what was predicted of clv_prob"),
    ])  # fmt: skip
    if found.premise:
        say(found.premise)


def _report(found: "ClvReport") -> None:
    print_table(f"clv_ev by {', '.join(found.by)}, as of {found.as_of:%Y-%m-%d %H:%M} UTC", REPORT, [
        _segment(item, " ".join(item.keys.values())) for item in found.segments
    ], "no pick has met its close")  # fmt: skip
    whole = found.total
    rows = [
        ("all", whole.figures),
        ("without premise changes", whole.without_premise_changes),
        ("without voids", whole.without_voids),
    ]
    print_table("All segments together", REPORT, [_figures(name, item) for name, item in rows])
    say(f"premise changed: {whole.premise_changes}; void before play, left out: {whole.voids_left_out}; "
        f"void after it began, counted: {whole.voids_after_start}")  # fmt: skip
    for note in found.notes:
        say(note)


def _segment(item: "ClvSegment", name: str) -> tuple[object, ...]:
    return _figures(name, item.figures)


def _figures(name: str, item: "ClvFigures") -> tuple[object, ...]:
    return (
        name, item.n, item.n_missing, _percent(item.mean), _percent(item.low), _percent(item.high),
        _percent(item.median), number(item.t, 2), *(_percent(share, 1, signed=False) for share in (
            item.share_positive, item.share_zero, item.share_negative, item.beat_close_share,
        )),
        _percent(item.band_width, signed=False), _counts(item.missing),
    )  # fmt: skip


def _coverage(found: "Coverage") -> None:
    where = found.book or "any book"
    title = f"{found.league}: hypothetical tickets {found.hours:g} hours before the start, at {where}"
    columns = ("market", "tickets#", "with a close#", "whose", "why missing", "mean clv_ev %#", "band %#")
    print_table(title, columns, [_covered(row) for row in (*found.rows, found.total)], "no price stood then")
    basis = _counts(found.start_basis)
    say(f"{found.events} events (start {basis}), {found.events_without_quotes} without a price then; by {found.rules}")
    for note in found.notes:
        say(note)


def _covered(row: "CoverageRow") -> tuple[object, ...]:
    covered = NONE if row.covered is None else f"{100 * row.covered:.1f} %"
    whose = {name: count for name, count in row.qualities.items() if name != "MISSING"}
    return (
        row.market_key, row.tickets, covered, _counts(whose), _counts(row.missing), _percent(row.figures.mean),
        _percent(row.figures.band_width, signed=False),
    )  # fmt: skip


def _counts(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.items())


def _percent(value: float | None, digits: int = 2, *, signed: bool = True) -> str:
    return number(None if value is None else 100 * value, digits, signed=signed)


def _price(text: str | None) -> str | None:
    """Return a price as books write it: American odds without a sign, as some feeds tell them, are long ones."""
    return f"+{text}" if text and text.isdigit() and len(text) >= AMERICAN_DIGITS else text


def _line(points: float | None) -> str:
    return NONE if points is None else f"{points:+g}"


def _time(moment: datetime | None) -> str:
    return NONE if moment is None else f"{moment:%Y-%m-%d %H:%M:%S} UTC"
