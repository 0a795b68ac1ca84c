"""Player props: overtime counts, the player must have taken part, an exact number is a push for both."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from closeline.domain.leagues import League
from closeline.domain.markets import NUMBER_SIDES, Side
from closeline.domain.settlement.outcomes import Grading, NotFinal, Settled, grading, halves_of, void
from closeline.domain.settlement.rules import SETTLEMENT_V1, SettlementRules

DNP = "DNP"


class Role(StrEnum):
    """What a player must have done for bets on him to stand."""

    BASKETBALL = "BASKETBALL"
    FOOTBALL = "FOOTBALL"
    SKATER = "SKATER"
    GOALIE = "GOALIE"
    BATTER = "BATTER"
    STARTING_PITCHER = "STARTING_PITCHER"


LEAGUE_ROLES = {
    League.NFL: Role.FOOTBALL,
    League.NCAAF: Role.FOOTBALL,
    League.NBA: Role.BASKETBALL,
    League.NCAAB: Role.BASKETBALL,
    League.MLB: Role.BATTER,
    League.NHL: Role.SKATER,
}


@dataclass(frozen=True, slots=True)
class PlayerRecord:
    """A player's final line; `value` counts overtime, `started` means goalie, line-up or first pitch.

    None means that nobody has said; 0 or False means that he did not.
    """

    value: int | None
    seconds_played: float | None = None
    snaps: int | None = None
    plate_appearances: int | None = None
    started: bool | None = None


def _basketball(player: PlayerRecord, rules: SettlementRules) -> bool | None:
    return None if player.seconds_played is None else player.seconds_played >= rules.basketball_seconds


def _football(player: PlayerRecord, _: SettlementRules) -> bool | None:
    return None if player.snaps is None else player.snaps >= 1


def _skater(player: PlayerRecord, _: SettlementRules) -> bool | None:
    return None if player.seconds_played is None else player.seconds_played > 0


def _started(player: PlayerRecord, _: SettlementRules) -> bool | None:
    return player.started


def _batter(player: PlayerRecord, _: SettlementRules) -> bool | None:
    if player.started is False or player.plate_appearances == 0:
        return False
    return None if player.started is None or player.plate_appearances is None else True


_TOOK_PART: dict[Role, Callable[[PlayerRecord, SettlementRules], bool | None]] = {
    Role.BASKETBALL: _basketball,
    Role.FOOTBALL: _football,
    Role.SKATER: _skater,
    Role.GOALIE: _started,
    Role.BATTER: _batter,
    Role.STARTING_PITCHER: _started,
}


def settle_prop(
    role: Role,
    side: Side,
    line_quarters: int,
    price: Fraction,
    player: PlayerRecord,
    *,
    rules: SettlementRules = SETTLEMENT_V1,
) -> Settled:
    """Grade OVER or UNDER of a player's number. Did not play: VOID for both sides; unknown: NotFinal."""
    played = _TOOK_PART[role](player, rules)
    if played is None:
        return NotFinal("PARTICIPATION_UNKNOWN")
    if not played:
        return void(DNP)
    if player.value is None:
        return NotFinal("VALUE_MISSING")
    return settle_number(side, line_quarters, price, player.value)


def settle_number(side: Side, line_quarters: int, price: Fraction, value: int) -> Grading:
    """Grade OVER or UNDER of a number against a line. Raises ValueError for any other side."""
    if side not in NUMBER_SIDES:
        raise ValueError(f"side must be OVER or UNDER, was {side}")
    distance = 4 * value - line_quarters
    return grading(halves_of(distance if side is Side.OVER else -distance), price)


def settle_head_to_head(
    role: Role,
    price: Fraction,
    chosen: PlayerRecord,
    other: PlayerRecord,
    *,
    handicap_quarters: int = 0,
    rules: SettlementRules = SETTLEMENT_V1,
) -> Settled:
    """Grade the chosen player, with his handicap, against another. Both must have played, else VOID."""
    took_part = [_TOOK_PART[role](player, rules) for player in (chosen, other)]
    if False in took_part:
        return void(DNP)
    if None in took_part:
        return NotFinal("PARTICIPATION_UNKNOWN")
    if chosen.value is None or other.value is None:
        return NotFinal("VALUE_MISSING")
    return grading(halves_of(4 * (chosen.value - other.value) + handicap_quarters), price)
