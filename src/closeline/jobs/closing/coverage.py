"""Coverage: how well a record of prices can say what the closes were, told of tickets that nobody took."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import timedelta

from closeline.domain.errors import NotFound
from closeline.domain.leagues import League
from closeline.flow.review.hypothetical import hypothetical
from closeline.flow.review.values import Valued
from closeline.flow.view.closing import NOTES, figures_of
from closeline.jobs.desk import Desk
from closeline.maths.clv.segments import ClvOf
from closeline.schemas.ending import clv as shapes
from closeline.store.past import quoted
from closeline.store.session import Session

HYPOTHETICAL = (
    "Hypothetical: nobody took these tickets, and nothing of them is stored. Both sides of every market are counted, "
    "so the mean is what the books' margins cost."
)


def coverage(session: Session, desk: Desk, league: League, *, hours: float, book: str | None) -> shapes.Coverage:
    """Value a ticket at each price of a main market that stood so many hours before the start, and count the closes.

    Raises NotFound for a book of which the record has no price of the league.
    """
    _must_be_known(session, league, book)
    found = hypothetical(
        session, tenant_id=desk.tenant_id, league=league, before=timedelta(hours=hours), book=book, as_of=desk.clock()
    )
    by_market: defaultdict[str, list[Valued]] = defaultdict(list)
    for item in found.valued:
        by_market[item.ticket.selection.market.key].append(item)
    return shapes.Coverage(
        hypothetical=True, league=league, hours=hours, book=book, rules=found.rules.version, events=len(found.starts),
        events_without_quotes=found.empty, tickets=len(found.valued),
        start_basis=dict(Counter(str(start.basis) for start in found.starts.values())),
        rows=[_row(key, by_market[key], league) for key in sorted(by_market)],
        total=_row("all", found.valued, league), notes=[HYPOTHETICAL, *NOTES],
    )  # fmt: skip


def _must_be_known(session: Session, league: League, book: str | None) -> None:
    known = [] if book is None else quoted.books(session, league=league)
    if book is not None and book not in known:
        told = f"it has {', '.join(known)}" if known else "it has no price of that league"
        raise NotFound(f"book must have prices of {league} in the record, {book[:60]!a} had none; {told}")


def _row(key: str, items: Sequence[Valued], league: League) -> shapes.CoverageRow:
    closed = sum(item.figures is not None for item in items)
    return shapes.CoverageRow(
        market_key=key, tickets=len(items), covered=closed / len(items) if items else None,
        qualities=dict(sorted(Counter(str(item.close.quality) for item in items).items())),
        missing=dict(sorted(Counter(str(item.close.reason) for item in items if item.close.missing).items())),
        figures=figures_of([_of(item) for item in items], f"{league} {key}"),
    )  # fmt: skip


def _of(item: Valued) -> ClvOf:
    event, figures = item.ticket.selection.event_id, item.figures
    if figures is None:
        return ClvOf(event, None, reason=item.close.reason)
    return ClvOf(event, figures.ev, figures.beat_close, figures.ev_high - figures.ev_low)
