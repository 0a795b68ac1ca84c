"""Players' shapes: the forecast that a pick was made from carries its close to the ticket's line."""

from collections.abc import Sequence

from closeline.domain.markets import Market
from closeline.maths.clv.tilted import Shape
from closeline.maths.props.closing import mass_of
from closeline.maths.props.distributions import PropForecast
from closeline.maths.props.families import Family
from closeline.store import forecasts
from closeline.store.desk.picks import Pick
from closeline.store.players import runs as prop_runs
from closeline.store.session import Session

OfPlayers = dict[tuple[str, Market], Shape]


def player_shapes(session: Session, picks: Sequence[Pick]) -> OfPlayers | None:
    """Return the shape of each player's number that a pick is about, by event and market; null where none is about one.

    Of several runs it is the last one's.
    One whose family has no mass on a number has none: its close holds at its own line alone.
    """
    of_players = [item for item in picks if item.selection.market.player_id]
    if not of_players:
        return None
    runs = forecasts.runs(session, [item.run_id for item in of_players])
    sheets = prop_runs.sheets(session, list(runs.values()))
    found: OfPlayers = {}
    for item in sorted(of_players, key=lambda one: (runs[one.run_id].as_of, one.pick_id)):
        of = item.selection.market
        said = sheets[item.run_id].of(of.player_id) if item.run_id in sheets else None
        shape = mass_of(PropForecast(said.mean, said.variance, Family(said.family))) if said else None
        if shape is not None:
            found[item.selection.event_id, of] = shape
    return found
