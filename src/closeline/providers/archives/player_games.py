"""Players' box scores: a row for each player and game in which he played, by the statistics site's own numbers.

Whoever did not play has no row. A game's final score is what its players' points add up to, and is told only where the
box is whole: five players or more and all the minutes of each team, no row refused, and the winner that the rows name.
On a neutral floor the source calls nobody the home team: such a game is told as the players' history and as no event.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from closeline.domain.errors import BadInput
from closeline.domain.feeds.captures import (
    Basis,
    ParsedEvent,
    ParsedPayload,
    ParsedResult,
    RawPayload,
    Rejected,
    ResultStatus,
)
from closeline.domain.leagues import League
from closeline.domain.props.boxes import LOGS_OF, Box
from closeline.providers.archives.player_rows import COUNTS, Judged, judged
from closeline.providers.archives.tables import header_of, must_be_plain, parquet_columns, read_table
from closeline.providers.archives.times import assumed_start, result
from closeline.providers.foreign import reading
from closeline.providers.reasons import Reason
from closeline.providers.spellings import excerpt_of

if TYPE_CHECKING:
    import polars as pl

REQUIRED = (
    "season", "game_date", "game_id", "player_id", "player_name", "team", "opponent", "home", "minutes", *COUNTS,
)  # fmt: skip
# Whole minutes of the five on the floor add up to 240 and more; what is far less is a box with players missing.
_MINUTES_MIN = 235
_PLAYERS_MIN = 5


class PlayerGames:
    """A table of box scores of the National Basketball Association, parquet or CSV."""

    name = "player_games"
    parser_version = "player_games/1"

    def recognises(self, payload: RawPayload) -> bool:
        """Say whether this is a table of players' games by its columns, even if it lacks some of them."""
        return has_most(payload, REQUIRED)

    def parse(self, payload: RawPayload) -> ParsedPayload:
        """Read every row; raises BadInput in one line naming the columns that are missing."""
        must_have(payload, REQUIRED, "player games")
        with reading("table of player games", payload.name):
            table = read_table(payload)
            must_be_plain(table.select(REQUIRED), payload.name)
            rows = judged(table)
            games = list(_games(rows))
        told = [game for game in games if isinstance(game, _Game)]
        results = [_result(game) for game in told]
        rejected = (
            *rows.rejected,
            *(game for game in games if isinstance(game, Rejected)),
            *(item for item in results if isinstance(item, Rejected)),
        )
        return ParsedPayload(
            LOGS_OF,
            self.parser_version,
            tuple(_event(game) for game in told),
            results=tuple(item for item in results if isinstance(item, ParsedResult)),
            rejected=rejected,
            archive=True,
            boxes=_boxes(rows.frame),
        )


def columns_of(payload: RawPayload) -> set[str]:
    """Return the columns of a table, none where it cannot be read as one."""
    return parquet_columns(payload) or set(header_of(payload.content))


def has_most(payload: RawPayload, required: Sequence[str]) -> bool:
    """Say whether a table has more than half of the columns that its kind must have."""
    return 2 * len(columns_of(payload) & set(required)) > len(required)


def must_have(payload: RawPayload, required: Sequence[str], kind: str) -> None:
    """Raise BadInput naming the required columns that a table lacks."""
    there = columns_of(payload)
    missing = [name for name in required if name not in there]
    if missing:
        raise BadInput(f"{payload.name} must have the columns of {kind}, lacked {', '.join(missing)}")


@dataclass(frozen=True, slots=True)
class _Game:
    """A game whose home team is told: each team's points, minutes and players, and whether its box is whole."""

    game: str
    season: int
    day: date
    home: str
    away: str
    points: tuple[int, int]
    minutes: tuple[float, float]
    players: tuple[int, int]
    home_won: bool | None
    whole: bool
    playoff: bool | None
    place: str


def _games(rows: Judged) -> Iterator[_Game | Rejected]:
    """Yield each game once, in the order of its first row; one without a home team is refused with its reason."""
    import polars as pl

    team = rows.frame.group_by("game_id", "team", "opponent", "home", maintain_order=True).agg(
        pl.col("season", "game_date", "playoff", "row").first(),
        pl.col("pts").sum(),
        (pl.col("seconds").sum() / 60).alias("minutes"),
        pl.len().alias("players"),
        pl.col("won").first(),
    )
    sides: dict[str, list[dict[str, Any]]] = {}
    for side in team.iter_rows(named=True):
        sides.setdefault(side["game_id"], []).append(side)
    for game, pair in sides.items():
        home = next((side for side in pair if side["home"] == 1), None)
        away = next((side for side in pair if side["home"] == 0), None)
        if home is None:
            excerpt = excerpt_of(f"{pair[0]['team']} {pair[0]['opponent']} {pair[0]['game_date']}")
            yield Rejected(Reason.UNKNOWN_HOME, f"row {pair[0]['row']} game {game}", excerpt, 0)
            continue
        yield _game(game, home, away, whole=game not in rows.broken)


def _game(game: str, home: dict[str, Any], away: dict[str, Any] | None, *, whole: bool) -> _Game:
    """Return a game whose home side is told."""

    def both(name: str) -> tuple[Any, Any]:
        return (home[name], away[name] if away else 0)

    first = min(home["row"], away["row"]) if away else home["row"]
    return _Game(
        game, home["season"], home["game_date"], home["team"], home["opponent"], both("pts"), both("minutes"),
        both("players"), home["won"], whole, home["playoff"], f"row {first} game {game}",
    )  # fmt: skip


def _event(game: _Game) -> ParsedEvent:
    return ParsedEvent(
        game.game, League.NBA, game.day, game.season, game.home, game.away, assumed_start(game.day), Basis.ASSUMED,
        place=game.place, playoff=game.playoff,
    )  # fmt: skip


def _result(game: _Game) -> ParsedResult | Rejected:
    """Return the score that the players' points add up to, or why none is told."""
    home, away = game.points
    excerpt = excerpt_of(f"{game.away} {away} at {game.home} {home}")
    if not game.whole or min(game.minutes) < _MINUTES_MIN or min(game.players) < _PLAYERS_MIN:
        return Rejected(Reason.INCOMPLETE_BOX, game.place, excerpt, 0)
    if home == away or (game.home_won is not None and game.home_won != (home > away)):
        return Rejected(Reason.BAD_RESULT, game.place, excerpt, 0)
    at = result(game.day, assumed_start(game.day))
    return ParsedResult(
        game.game, ResultStatus.FINAL, home, away, at, place=f"{game.place}: points of its players added up"
    )


def _boxes(frame: "pl.DataFrame") -> tuple[Box, ...]:
    """Return the rows as they go into the record, in their own order."""
    chosen = frame.select(
        "game_id", "player_id", "player_name", "season", "game_date", "team", "opponent", "home", "seconds", *COUNTS,
        "place",
    )  # fmt: skip
    return tuple(map(Box._make, chosen.iter_rows()))
