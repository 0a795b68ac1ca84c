"""`closeline props slip`: legs on players of one game, and on the game, valued in the same worlds."""

from typing import TYPE_CHECKING, Annotated

import typer

from closeline.cli.opening import opened
from closeline.cli.options import AsJson, Database
from closeline.cli.printing import number, print_json, print_table, say
from closeline.cli.props import asked
from closeline.cli.props.predicting import say_notes
from closeline.cli.simulate.leg_text import leg_of
from closeline.domain.errors import BadInput
from closeline.domain.markets import NUMBER_SIDES, Side, line_quarters
from closeline.domain.odds import OddsFormat, Price
from closeline.domain.props.statistics import Statistic

if TYPE_CHECKING:
    from closeline.jobs.props.slip_scene import PlayerLegAsked, SlipAsked
    from closeline.maths.simulate.legs import Leg
    from closeline.schemas.props.slips import PricedSlip, SlipLeg

PLAYER_FORM = "'NAME over 24.5 points' (or rebounds, assists, pra, threes)"
_WORDS_LEAST = 4
_WORLDS = 20_000
_COLUMNS = ("", "leg", "mean#", "win %#", "push %#", "loss %#", "void %#")
_TICKET = "a leg that loses loses the ticket; else a pushed or void leg makes it void and the stake comes back"

Legs = Annotated[list[str], typer.Argument(metavar="LEG...", help=f"{PLAYER_FORM}, HOME -3.5, OVER 224.5 or HOME.")]
SlipPrice = Annotated[
    str | None, typer.Option("--price", metavar="PRICE", help="The price for all legs together, such as +450.")
]
HowWritten = Annotated[OddsFormat, typer.Option("--price-format", help="How it is written.")]
Worlds = Annotated[int, typer.Option("--worlds", min=1, max=1_000_000, help="How many worlds are drawn.")]
Seed = Annotated[int | None, typer.Option("--seed", min=0, help="The seed; from the game and its models unless said.")]
Independent = Annotated[
    bool, typer.Option("--independent", help="Draw every number apart: no correlation, which a game's legs have.")
]


def slip(
    legs: Legs,
    *,
    date: asked.Day = None,
    price: SlipPrice = None,
    price_format: HowWritten = OddsFormat.AMERICAN,
    worlds: Worlds = _WORLDS,
    seed: Seed = None,
    independent: Independent = False,
    db: Database = None,
    as_json: AsJson = False,
) -> None:
    """Value legs on players of one game, and on the game itself, as one ticket; nothing is recorded."""
    from closeline.jobs.props.slips import price_slip
    from closeline.jobs.simulating import worlds_of_event

    wanted = asked_of(legs, None if price is None else Price.quoted(price, price_format), worlds, seed, independent)
    with opened(db) as desk:
        result = price_slip(desk, asked.day_asked(desk, date), wanted, worlds_of_event)
    if as_json:
        print_json(result)
    else:
        show(result)


def asked_of(
    legs: list[str], price: Price | None, worlds: int, seed: int | None, independent: bool  # noqa: FBT001 -- an option
) -> "SlipAsked":  # fmt: skip
    """Read legs as they were typed; raises BadInput that names what is wrong."""
    from closeline.jobs.props.slip_scene import SlipAsked

    read = [(player_leg_of(text), text) for text in legs]
    players = tuple(leg for leg, _ in read if leg is not None)
    game = tuple(_game_leg(text) for leg, text in read if leg is None)
    return SlipAsked(players, game, price, worlds, seed, independent)


def player_leg_of(text: str) -> "PlayerLegAsked | None":
    """Read a leg on a player: name or id, over or under, line, statistic; null for what does not end in a statistic."""
    from closeline.jobs.props.slip_scene import PlayerLegAsked

    words = text.split()
    if not words or words[-1].upper() not in set(Statistic):
        return None
    side = words[-3].upper() if len(words) >= _WORDS_LEAST else ""
    if side not in NUMBER_SIDES:
        raise BadInput(f"leg on a player must be such as {PLAYER_FORM}, was {text!r}")
    try:
        line = line_quarters(words[-2])
    except (ValueError, OverflowError) as error:
        raise BadInput(f"line of leg {text!r} must be a half or whole number, was {words[-2]}") from error
    if line < 0 or line % 2:
        raise BadInput(f"line of leg {text!r} must be a half or whole number of at least 0, was {words[-2]}")
    return PlayerLegAsked(" ".join(words[:-3]), Side(side), line, Statistic(words[-1].upper()))


def _game_leg(text: str) -> "Leg":
    try:
        return leg_of(text)
    except BadInput as error:
        raise BadInput(f"leg must be {PLAYER_FORM}, or one of its game; {error}") from error


def show(result: "PricedSlip") -> None:
    """Print what a slip came to."""
    say(f"{result.game}, {result.day}, seen from {result.as_of:%Y-%m-%d %H:%M} UTC")
    print_table("Legs, given that the player plays", _COLUMNS, [
        _row(place, leg) for place, leg in enumerate(result.legs, start=1)
    ])  # fmt: skip
    say(f"all win {100 * result.win:.2f} ± {100 * result.win_standard_error:.2f} % ({result.hits} of {result.worlds} "
        f"worlds), independent {100 * result.independent:.2f} %")  # fmt: skip
    if result.lift is not None:
        say(f"lift {number(result.lift, 3)} ± {number(result.lift_standard_error, 3)}")
    if not result.enough:
        say("too few worlds, or worlds in which all win, to publish a lift: ask for more with --worlds")
    if result.price_decimal is not None and result.value is not None:
        say(f"at {result.price_decimal:.3f} worth {100 * result.value:+.2f} % of the stake, voids in it")
    if result.fair_decimal is not None:
        say(f"fair at {result.fair_decimal:.3f}, voids in it")
    say(f"rule of the ticket: {_TICKET}\n")
    if len(result.legs) > 1:
        print_table("What stays when other legs push or are void", ("legs", "all win %#", "fair odds, none pushed#"), [
            (" + ".join(str(place + 1) for place in each.legs), number(100 * each.win), number(each.fair_decimal))
            for each in result.subsets
        ])  # fmt: skip
    if result.correlation is not None:
        held = result.correlation
        say(f"correlation {held.version}: {held.rows} rows of {held.games} games, seasons "
            f"{', '.join(map(str, held.seasons))}")  # fmt: skip
    for model in result.models:
        say(f"{model.statistic}: {model.version}, games of {model.trained_from} to {model.trained_to}")
    say_notes(result.notes)


def _row(place: int, leg: "SlipLeg") -> tuple[object, ...]:
    void = None
    if leg.player_id is None:
        void = "0.0"
    elif leg.plays is not None:
        void = number(100 * (1.0 - leg.plays), 1)
    chances = (number(100 * each) for each in (leg.win, leg.push, leg.loss))
    return (place, leg.leg, number(leg.mean, 1), *chances, "unknown" if void is None else void)
