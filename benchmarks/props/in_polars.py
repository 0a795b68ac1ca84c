"""The features in polars, with window expressions over players, seasons and teams, and no loop in Python."""

import math
from collections.abc import Callable, Iterable, Iterator

import numpy as np
import polars as pl

from benchmarks.props.columns import NUMBERS, SUMMED, WRITTEN
from closeline.maths.props.features.declared import NAMES
from closeline.maths.props.logs import BOX, PlayerLogs

Form = Callable[[pl.DataFrame, list[str], Iterable[pl.Expr]], pl.DataFrame]

PLAYER, SEASON = ["player"], ["player", "season"]


def frame_of(logs: PlayerLogs) -> pl.DataFrame:
    """Put the logs into a frame, as it would come from a file."""
    codes = {name: getattr(logs, name) for name in ("season", "day", "game", "player", "team", "opponent", "home")}
    return pl.DataFrame({**codes, **dict(zip(BOX, logs.box, strict=True))}).with_row_index("row")


def over(frame: pl.DataFrame, keys: list[str], columns: Iterable[pl.Expr]) -> pl.DataFrame:
    """Add columns by window expressions, each gathered for itself."""
    return frame.with_columns(column.over(keys) for column in columns)


def grouped(frame: pl.DataFrame, keys: list[str], columns: Iterable[pl.Expr]) -> pl.DataFrame:
    """Add the same columns by one grouping, whose lists are laid end to end; the frame stands in order of the keys."""
    lists = frame.group_by(keys, maintain_order=True).agg(list(columns))
    names = [name for name in lists.columns if name not in keys]
    return frame.hstack(lists.select(names).explode(names).get_columns())


FORMS: dict[str, Form] = {"window expressions": over, "one grouping": grouped}


def write(frame: pl.DataFrame, form: Form = over) -> np.ndarray:
    """Return the features in the order of the rows as a float32 matrix of all columns, NaN in those that are spared."""
    frame = frame.with_columns(pra=pl.col("pts") + pl.col("reb") + pl.col("ast"), min=pl.col("minutes"))
    games = team_games(frame)
    frame = frame.join(games, on=["game", "team"], how="left").sort("player", "day")
    frame = frame.with_columns(plays=pl.col("fga") + 0.44 * pl.col("fta") + pl.col("tov")).with_columns(parts())
    frame = frame.with_columns(pl.int_range(pl.len()).over(PLAYER).alias("t"))
    frame = form(frame, PLAYER, of_player())
    frame = form(frame, SEASON, of_season())
    frame = frame.with_columns(medians())
    frame = last_season(frame).with_columns(versus(), *latest())
    spared = pl.lit(math.nan, pl.Float32)
    columns = (pl.col(name).cast(pl.Float32) if name in WRITTEN else spared.alias(name) for name in NAMES)
    return frame.sort("row").select(columns).to_numpy()


def of_player() -> Iterator[pl.Expr]:
    """Yield what needs the player's games in order: EWMA, means, slopes, spreads, each shifted by a game."""
    for x in NUMBERS:
        number = pl.col(x)
        for h in (3, 7, 15):
            yield number.ewm_mean(half_life=h).shift(1).alias(f"ewma{h}_{x}")
        for k in (3, 5, 10, 20) if x in {"pra", "min"} else (5, 10):
            yield rolled(number, "mean", k).shift(1).alias(f"mean{k}_{x}")
        yield number.shift(1).alias(f"lag1_{x}")
        for k in (5, 10, 20) if x == "pra" else (10,):
            yield rolled(number, "std", k).shift(1).alias(f"sd{k}_{x}")
        if x in {"pra", "min"}:
            yield from (slope(number, k).shift(1).alias(f"slope{k}_{x}") for k in (5, 10, 20))
    pra = pl.col("pra")
    yield (rolled(pra, "max", 10) - rolled(pra, "min", 10)).shift(1).alias("range10_pra")
    yield pra.rolling_median(10, min_samples=5).shift(1).alias("middle10")
    yield pra.rolling_median(20, min_samples=5).shift(1).alias("middle20")
    yield from (pra.shift(k).alias(f"back{k}") for k in range(1, 11))
    yield pra.cum_sum().shift(1).alias("career_sum")
    yield pl.col("min").cum_sum().shift(1).alias("career_min")
    yield pl.col("usage").ewm_mean(half_life=7, ignore_nulls=True).forward_fill().shift(1).alias("usage_ewma7")
    yield pl.col("score").ewm_mean(half_life=15).shift(1).alias("impact")
    yield (pl.col("day") - pl.col("day").shift(1)).alias("days_since_last_game")
    yield (pl.col("day") * 0.0 + 1).rolling_sum_by("day", "30i", closed="left", min_samples=0).alias("own_month")


def rolled(number: pl.Expr, how: str, window: int) -> pl.Expr:
    found: pl.Expr = getattr(number, f"rolling_{how}")(window, min_samples=math.ceil(window / 2))
    return found


def slope(number: pl.Expr, window: int) -> pl.Expr:
    least = math.ceil(window / 2)
    size = pl.min_horizontal(pl.col("t") + 1, pl.lit(window)).cast(pl.Float64)
    total = number.cast(pl.Float64).rolling_sum(window, min_samples=least)
    timed = (number * pl.col("t")).cast(pl.Float64).rolling_sum(window, min_samples=least)
    centre = pl.col("t") - (size - 1) / 2
    return (timed - centre * total) / (size * (size * size - 1) / 12)


def so_far(number: pl.Expr) -> pl.Expr:
    """Return the sum over the season before this game."""
    return number.cum_sum() - number


def quotient(above: pl.Expr, below: pl.Expr, factor: float = 1.0) -> pl.Expr:
    return pl.when(below > 0).then(factor * above / below)


def of_season() -> Iterator[pl.Expr]:
    """Yield what is summed over the player's season before this game."""
    count = pl.int_range(pl.len()).cast(pl.Float64)
    yield count.alias("games_played")
    for x in NUMBERS:
        yield quotient(so_far(pl.col(x)), count).alias(f"season_{x}")
    for name, flag in (("home_pra", 1), ("away_pra", 0)):
        there = (pl.col("home") == flag).cast(pl.Float64)
        yield quotient(so_far(there * pl.col("pra")), so_far(there)).alias(name)
    col, share = pl.col, pl.col("share")
    for name, above, below, factor in (
        ("usage_season", col("plays"), share * col("plays_team"), 100),
        ("true_shooting", col("pts"), 2 * (col("fga") + 0.44 * col("fta")), 1),
        ("effective_field_goals", col("fgm") + 0.5 * col("fg3m"), col("fga"), 1),
        ("three_rate", col("fg3a"), col("fga"), 1),
        ("free_throw_rate", col("fta"), col("fga"), 1),
        ("assist_share", col("ast"), share * col("fgm_team") - col("fgm"), 1),
        ("assists_per_turnover", col("ast"), col("tov"), 1),
        ("offensive_rebound_share", col("oreb"), share * (col("oreb_team") + col("dreb_other")), 1),
        ("defensive_rebound_share", col("dreb"), share * (col("dreb_team") + col("oreb_other")), 1),
        ("on_court_net_rating", col("plus_minus"), share * col("possessions"), 100),
        ("minutes_share", col("minutes"), col("minutes_team") / 5, 1),
    ):
        yield quotient(so_far(above), so_far(below), factor).alias(name)


def parts() -> list[pl.Expr]:
    """Return what one game adds to the rates."""
    col = pl.col
    share = col("minutes") / (col("minutes_team") / 5)
    score = (
        col("pts") + 0.4 * col("fgm") - 0.7 * col("fga") - 0.4 * (col("fta") - col("ftm")) + 0.7 * col("oreb")
        + 0.3 * col("dreb") + col("stl") + 0.7 * col("ast") + 0.7 * col("blk") - 0.4 * col("pf") - col("tov")
    )  # fmt: skip
    usage = quotient(col("plays"), share * col("plays_team"), 100)
    return [share.alias("share"), score.alias("score"), usage.alias("usage")]


def medians() -> list[pl.Expr]:
    """Return what compares each of the last ten games with a median."""
    back = [pl.col(f"back{k}") for k in range(1, 11)]
    used = pl.sum_horizontal(each.is_not_null().cast(pl.Float64) for each in back)
    higher = pl.sum_horizontal((each > pl.col("middle20")).cast(pl.Float64).fill_null(0.0) for each in back)
    distances = pl.concat_list((each - pl.col("middle10")).abs() for each in back)
    share = pl.when(used >= 5).then(higher / used).alias("above_median_pra")
    return [share, pl.when(used >= 5).then(distances.list.median()).alias("mad10_pra")]


def last_season(frame: pl.DataFrame) -> pl.DataFrame:
    """Join the mean of the season before."""
    means = frame.group_by(SEASON).agg(pl.col("pra").mean().alias("last_season_pra"))
    return frame.join(means.with_columns(pl.col("season") + 1), on=SEASON, how="left", maintain_order="left")


def versus() -> pl.Expr:
    """Return the mean against this opponent, shrunk to that of the career."""
    pra, pair = pl.col("pra").cast(pl.Float64), ["player", "opponent"]
    total, count = so_far(pra).over(pair), pl.int_range(pl.len()).over(pair)
    career = pl.col("career_sum") / pl.col("t")
    return ((total + 5 * career) / (count + 5)).alias("versus_opponent_pra")


def latest() -> list[pl.Expr]:
    """Return what follows from columns that are there already."""
    col = pl.col
    return [
        quotient(col("sd10_pra"), col("mean10_pra")).alias("cv10_pra"),
        quotient(col("sd20_pra"), col("mean20_pra")).alias("cv20_pra"),
        (col("ewma3_pra") - col("ewma15_pra")).alias("ewma3_less_ewma15_pra"),
        (col("ewma3_min") - col("ewma15_min")).alias("ewma3_less_ewma15_min"),
        quotient(col("career_sum"), col("career_min"), 36).alias("career_pra_per_36"),
        quotient(col("mean3_min"), col("mean20_min")).alias("minutes_restriction"),
        pl.when(col("t") > 0).then((col("team_month") - col("own_month")).clip(0)).alias("games_missed_30d"),
    ]


def team_games(frame: pl.DataFrame) -> pl.DataFrame:
    """Return one row for each team in a game: totals of both, and the families of matchup and context."""
    sums = frame.group_by("season", "day", "game", "team", "opponent", "home").agg(pl.col(*SUMMED).sum())
    sums = sums.with_columns(plays=pl.col("fga") + 0.44 * pl.col("fta") + pl.col("tov"))
    names = [*SUMMED, "plays"]
    own = sums.rename({name: f"{name}_team" for name in names})
    other = sums.select("game", pl.col("team").alias("opponent"), *(pl.col(n).alias(f"{n}_other") for n in names))
    both = own.join(other, on=["game", "opponent"], how="left").sort("team", "day")
    col = pl.col
    possessions = (col("plays_team") - col("oreb_team") + col("plays_other") - col("oreb_other")) / 2
    minutes = (col("minutes_team") + col("minutes_other")) / 2
    both = both.with_columns(possessions=possessions, pace=48 * possessions / (minutes / 5))
    both = both.with_columns(each.over("team", "season") for each in allowed())
    both = both.with_columns(each.over("team") for each in lately())
    theirs = [name for name in both.columns if name.startswith("opponent_")]
    facing = both.select("game", col("team").alias("opponent"), *theirs, col("rest_days").alias("opponent_rest"))
    both = both.drop(theirs).join(facing, on=["game", "opponent"], how="left").drop("day", "season", "opponent", "home")
    return both.with_columns(rest_difference=col("rest_days") - col("opponent_rest"))


def allowed() -> Iterator[pl.Expr]:
    """Yield what a team allows over its season before this game."""
    col = pl.col
    games = pl.int_range(pl.len()).cast(pl.Float64)
    yield (games / 82).alias("season_fraction")
    yield quotient(so_far(col("pace")), games).alias("opponent_pace_season")
    for name, above, below, factor in (
        ("defence_season", col("pts_other"), col("possessions"), 100),
        ("effective_field_goals", col("fgm_other") + 0.5 * col("fg3m_other"), col("fga_other"), 1),
        ("three_rate", col("fg3a_other"), col("fga_other"), 1),
        ("offensive_rebounds", col("oreb_other"), col("oreb_other") + col("dreb_team"), 1),
        ("defensive_rebounds", col("dreb_other"), col("dreb_other") + col("oreb_team"), 1),
        ("forced_turnovers", col("tov_other"), col("possessions"), 100),
        ("fouls", col("pf_team"), col("possessions"), 100),
    ):
        yield quotient(so_far(above), so_far(below), factor).alias(f"opponent_{name}")


def lately() -> Iterator[pl.Expr]:
    """Yield what a team did in its last games, and when they were."""
    col, day = pl.col, pl.col("day")
    points, possessions = (rolled(col(name), "sum", 10).shift(1) for name in ("pts_other", "possessions"))
    yield (100 * points / possessions).alias("opponent_defence_10")
    yield rolled(col("pace"), "mean", 10).shift(1).alias("opponent_pace_10")
    yield rolled(col("pace"), "mean", 10).shift(1).alias("team_pace_10")
    yield (day - day.shift(1) - 1).clip(upper_bound=10).alias("rest_days")
    for name, k, days in (("back_to_back", 1, 1), ("three_in_four", 2, 3), ("four_in_six", 3, 5)):
        yield (day - day.shift(k) <= days).fill_null(value=False).alias(name)
    yield ((day + 3) % 7 >= 5).alias("weekend")
    yield (pl.col("day") * 0.0 + 1).rolling_sum_by("day", "30i", closed="left", min_samples=0).alias("team_month")
