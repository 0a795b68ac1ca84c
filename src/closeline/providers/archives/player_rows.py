"""Rows of box scores: each cell as what it must be, and each row held against what a box score cannot but add up to."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from closeline.domain.feeds.captures import Rejected
from closeline.domain.leagues import SEASON_STARTS_IN, League
from closeline.providers.archives.games_table.columns import PLAYOFFS, REGULAR
from closeline.providers.reasons import Reason
from closeline.providers.spellings import excerpt_of

if TYPE_CHECKING:
    import polars as pl

COUNTS = (
    "pts", "reb", "ast", "stl", "blk", "tov", "fgm", "fga", "fg3m", "fg3a", "ftm", "fta", "oreb", "dreb", "pf",
    "plus_minus",
)  # fmt: skip
_NAMES = ("game_id", "player_id", "player_name", "team", "opponent")
_SECONDS_MAX = 60 * 150  # the longest game of the league had six overtimes: 78 minutes
_NAME_LENGTH_MAX = 80
_COUNT_END = 10_000  # no season and no count of a game comes near
# A number that lost its leading noughts, or became a fraction, would be another game and another player.
_GAME, _PLAYER = r"^[0-9]{10}$", r"^[1-9][0-9]{0,11}$"
_YEARS = (1946, 2199)  # of the league's first season, and so far that no calendar ends
_TRUE, _FALSE = ("true", "1"), ("false", "0")
_SHOWN = ("game_id", "player_id", "player_name", "team", "minutes", "pts")


@dataclass(frozen=True, slots=True)
class Judged:
    """The rows that can be used, in typed columns; why the others cannot; and the games of which one was refused."""

    frame: "pl.DataFrame"
    rejected: tuple[Rejected, ...]
    broken: frozenset[str]


def judged(table: "pl.DataFrame") -> Judged:
    """Read a table of box scores. Raises what the reader of tables raises for a column of no usable kind."""
    import polars as pl

    frame = _contradicted(_typed(table).with_columns(_fault().alias("fault")))
    bad = frame.filter(pl.col("fault").is_not_null())
    rejected = []
    for row in bad.iter_rows(named=True):
        reason, _, what = row["fault"].partition("|")
        shown = [str(row[name]) for name in _SHOWN]
        rejected.append(Rejected(Reason(reason), row["place"], excerpt_of(f"{what}: {' '.join(shown)}"), 0))
    broken = frozenset(bad["game_id"].drop_nulls().to_list())
    return Judged(frame.filter(pl.col("fault").is_null()), tuple(rejected), broken)


def _typed(table: "pl.DataFrame") -> "pl.DataFrame":
    """Return every column as what it must be, null where a cell is not, with the number of its row."""
    import polars as pl

    there = set(table.columns)
    table = table.with_row_index("_number", offset=1)
    won = _flag("won") if "won" in there else pl.lit(None, pl.Int8)
    kind = pl.col("season_type").cast(pl.String).str.to_lowercase() if "season_type" in there else pl.lit("regular")
    minutes = pl.col("minutes").cast(pl.Float64, strict=False)
    return table.select(
        pl.col("_number").cast(pl.Int64).alias("row"),
        ("row " + pl.col("_number").cast(pl.String)).alias("place"),
        _day(table),
        *(_name(name) for name in _NAMES),
        *(_count(name) for name in ("season", *COUNTS)),
        _flag("home").alias("at_home"),
        won.cast(pl.Boolean).alias("won"),
        minutes,
        pl.when(minutes.is_finite()).then((minutes * 60).round()).cast(pl.Int64, strict=False).alias("seconds"),
        kind.alias("season_type"),
        kind.is_in([name.lower() for name in PLAYOFFS]).alias("playoff"),
    )


def _day(table: "pl.DataFrame") -> "pl.Expr":
    import polars as pl

    kind = table["game_date"].dtype
    if kind == pl.String:
        return pl.col("game_date").str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False)
    # A number is no day: whether it counts days or spells one nobody has said.
    day = pl.col("game_date") if kind in (pl.Date, pl.Datetime) else pl.lit(None)
    return day.cast(pl.Date, strict=False).alias("game_date")


def _name(name: str) -> "pl.Expr":
    import polars as pl

    text = pl.col(name).cast(pl.String).str.strip_chars()
    usable = (text.str.len_chars() > 0) & (text.str.len_chars() <= _NAME_LENGTH_MAX) & ~text.str.contains(r"\p{C}")
    return pl.when(usable).then(text).alias(name)


def _count(name: str) -> "pl.Expr":
    """Return a whole number; a number with a fraction is none."""
    import polars as pl

    number = pl.col(name).cast(pl.Float64, strict=False)
    whole = number.is_finite() & (number == number.round()) & (number.abs() < _COUNT_END)
    return pl.when(whole).then(number).cast(pl.Int64, strict=False).alias(name)


def _flag(name: str) -> "pl.Expr":
    import polars as pl

    text = pl.col(name).cast(pl.String).str.to_lowercase()
    return pl.when(text.is_in(_TRUE)).then(1).when(text.is_in(_FALSE)).then(0).cast(pl.Int8)


def _fault() -> "pl.Expr":
    """Return the first thing that is wrong with a row by itself: a reason and what must be; null where nothing is."""
    import polars as pl

    def of(name: str) -> "pl.Expr":
        return pl.col(name)

    def is_like(name: str, pattern: str) -> "pl.Expr":
        return of(name).str.contains(pattern).fill_null(value=False)

    counted = [of(name) for name in COUNTS if name != "plus_minus"]
    absent = pl.any_horizontal(*(of(name).is_null() for name in ("season", "minutes", "at_home", *COUNTS)))
    made = of("fgm") > of("fga"), of("fg3m") > of("fg3a"), of("ftm") > of("fta"), of("fg3m") > of("fgm")
    points = 2 * (of("fgm") - of("fg3m")) + 3 * of("fg3m") + of("ftm")
    rules = (
        (of("game_date").is_null() | ~of("game_date").dt.year().is_between(*_YEARS), Reason.UNREADABLE_DATE,
         "game_date must be a day of a year from {} to {}".format(*_YEARS)),
        (pl.any_horizontal(*(of(name).is_null() for name in _NAMES)), Reason.BAD_RECORD, "ids and names must be told"),
        (~is_like("game_id", _GAME) | ~is_like("player_id", _PLAYER), Reason.BAD_RECORD,
         "game_id must have ten digits, player_id be a whole number"),
        (of("team") == of("opponent"), Reason.BAD_RECORD, "team and opponent must differ"),
        (~of("season_type").is_in([*(name.lower() for name in (*REGULAR, *PLAYOFFS))]).fill_null(value=False),
         Reason.UNKNOWN_SEASON_TYPE, "season_type must be known"),
        (absent, Reason.UNREADABLE_CELL, "every number must be one"),
        (~(_begins() - of("season")).is_between(0, 1), Reason.BAD_RECORD,
         "season must be the year in which the season of game_date began"),
        (of("seconds").is_null() | ~of("seconds").is_between(0, _SECONDS_MAX), Reason.BAD_RESULT,
         "minutes must lie in [0, 150]"),
        (pl.any_horizontal(*(count < 0 for count in counted)), Reason.BAD_RESULT, "counts must not be below 0"),
        (pl.any_horizontal(*made), Reason.BAD_RESULT, "no more can be made than was tried"),
        (of("pts") != points, Reason.BAD_RESULT, "pts must be 2*(fgm-fg3m)+3*fg3m+ftm"),
        (of("reb") != of("oreb") + of("dreb"), Reason.BAD_RESULT, "reb must be oreb+dreb"),
        (pl.struct("game_id", "player_id").is_first_distinct().not_(), Reason.DUPLICATE_RECORD,
         "a player must stand once in a game"),
    )  # fmt: skip
    return pl.coalesce(*(pl.when(broken).then(pl.lit(f"{reason}|{what}")) for broken, reason, what in rules))


def _begins() -> "pl.Expr":
    """Return the year in which the season of a day begins; one that was played late may be of the year before."""
    import polars as pl

    day = pl.col("game_date").dt
    return day.year() - (day.month() < SEASON_STARTS_IN[League.NBA]).cast(pl.Int64)


def _contradicted(frame: "pl.DataFrame") -> "pl.DataFrame":
    """Refuse the rows of games that contradict themselves, and say of each row where its team played."""
    import polars as pl

    usable = frame.filter(pl.col("fault").is_null())
    pair = pl.concat_str(
        pl.min_horizontal("team", "opponent"), pl.max_horizontal("team", "opponent"), separator="|"
    )  # fmt: skip
    home = pl.col("team").filter(pl.col("at_home") == 1)
    told = usable.group_by("game_id").agg(
        (
            (pl.col("game_date").n_unique() == 1)
            & (pair.n_unique() == 1)
            & (home.n_unique() <= 1)
            & (pl.struct("team", "at_home").n_unique() == pl.col("team").n_unique())
        ).alias("agreed"),
        home.first().alias("home_team"),
    )
    joined = frame.join(told, on="game_id", how="left", maintain_order="left")
    fault = pl.when(pl.col("fault").is_null() & ~pl.col("agreed")).then(
        pl.lit(f"{Reason.BAD_RECORD}|a game must have one day and two teams, one at home")
    )
    # Where no row is of a team at home, it was a neutral floor, or the home team's rows are not there.
    neutral = pl.col("home_team").is_null()
    return joined.with_columns(
        pl.coalesce("fault", fault).alias("fault"),
        pl.when(neutral).then(-1).otherwise(pl.col("at_home")).cast(pl.Int64).alias("home"),
    )
