"""Legs as a person types them: `HOME -3.5`, `1H OVER 112.5`, `HOME UNDER 110`, `F5 AWAY`."""

from typing import TYPE_CHECKING, Any

from typer.core import TyperCommand

from closeline.domain.errors import BadInput
from closeline.domain.markets import Market, MarketType, Period, Side, line_quarters

if TYPE_CHECKING:
    from closeline.maths.simulate.legs import Leg

OPTION = "--legs"
FORMS = "HOME, HOME -3.5, OVER 44.5, HOME OVER 24.5, DRAW or HOME 3WAY, each after a period such as 1H, 1Q or F5"
_PERIODS = {**{str(period): period for period in Period}, "REG": Period.REGULATION}
_SIDES = {str(side): side for side in Side}


class TakingLegs(TyperCommand):
    """A command whose `--legs` takes every word up to the next option."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401 -- typer does not export its context
        """Read the words, each leg as an option of its own."""
        return super().parse_args(ctx, repeated(args))


def repeated(words: list[str]) -> list[str]:
    """Return the command line with `--legs A B` written as `--legs A --legs B`."""
    written: list[str] = []
    taking = False
    for word in words:
        if word.startswith("-"):
            taking = word == OPTION or word.startswith(f"{OPTION}=")
        elif taking and written[-1] != OPTION:
            written.append(OPTION)
        written.append(word)
    return written


def leg_of(text: str) -> "Leg":
    """Read one leg; raises BadInput that names what is wrong."""
    from closeline.maths.simulate.legs import Leg

    words = text.upper().replace("−", "-").split()
    period = _PERIODS.get(words[0]) if words else None
    told = words[1:] if period else words
    sides = [_SIDES[word] for word in told if word in _SIDES]
    kind = _kind(sides, told)
    if kind is None:
        raise BadInput(f"leg must be one of {FORMS}, was {text!r}")
    whole = Period.REGULATION if kind is MarketType.MONEYLINE_3WAY else Period.FULL_GAME
    return Leg(Market(kind, period or whole), sides[-1], _line(text, told, kind))


def _kind(sides: list[Side], words: list[str]) -> MarketType | None:
    """Return what market the words are about, sides before anything else; none when they are no leg."""
    if words[: len(sides)] != [str(side) for side in sides]:
        return None
    kind = None
    match sides, words[len(sides) :]:
        case [Side.HOME | Side.AWAY], []:
            kind = MarketType.MONEYLINE
        case ([Side.DRAW], []) | ([Side.HOME | Side.AWAY], ["3WAY"]):
            kind = MarketType.MONEYLINE_3WAY
        case [Side.HOME | Side.AWAY], [_]:
            kind = MarketType.SPREAD
        case [Side.OVER | Side.UNDER], [_]:
            kind = MarketType.TOTAL
        case [Side.HOME, Side.OVER | Side.UNDER], [_]:
            kind = MarketType.TEAM_TOTAL_HOME
        case [Side.AWAY, Side.OVER | Side.UNDER], [_]:
            kind = MarketType.TEAM_TOTAL_AWAY
    return kind


def _line(text: str, words: list[str], kind: MarketType) -> int | None:
    if not Market(kind).has_line:
        return None
    try:
        line = line_quarters(words[-1])
    except (ValueError, OverflowError) as error:
        raise BadInput(f"line of leg {text!r} must be a number on a quarter point, was {words[-1]}") from error
    if kind is not MarketType.SPREAD and line < 0:
        raise BadInput(f"line of leg {text!r} must not be below 0 for a total, was {words[-1]}")
    return line
