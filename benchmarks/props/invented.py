"""SYNTHETIC logs of a basketball league of thirty teams: 22 seasons, some 587,000 player-games."""

import numpy as np

from closeline.maths.props.logs import BOX, GameContext, PlayerLogs, Reports

TEAMS = (
    "ATL", "BKN", "BOS", "CHA", "CHI", "CLE", "DAL", "DEN", "DET", "GSW", "HOU", "IND", "LAC", "LAL", "MEM",
    "MIA", "MIL", "MIN", "NOP", "NYK", "OKC", "ORL", "PHI", "PHX", "POR", "SAC", "SAS", "TOR", "UTA", "WAS",
)  # fmt: skip
ROSTER, GAMES, DAYS = 15, 1230, 170
DRESSED = 0.725  # 10.9 of 15
PER_MINUTE = {
    "stl": 0.033, "blk": 0.021, "tov": 0.057, "fgm": 0.17, "fg3m": 0.05, "ftm": 0.075, "oreb": 0.045, "dreb": 0.14,
    "ast": 0.1, "pf": 0.085,
}  # fmt: skip


def invented_logs(seasons: int = 22) -> PlayerLogs:
    """Return played games of a league, some players changing teams and some retiring each summer."""
    rng = np.random.default_rng(20261122)
    clubs = np.arange(len(TEAMS) * ROSTER).reshape(len(TEAMS), ROSTER)
    newest, games, parts = clubs.size, 0, []
    for season in range(2004, 2004 + seasons):
        leaving = rng.random(clubs.shape) < 0.2
        clubs[leaving] = newest + np.arange(leaving.sum())
        newest += leaving.sum()
        flat = clubs.reshape(-1)
        moving = np.flatnonzero(rng.random(flat.size) < 0.15)
        flat[moving] = rng.permutation(flat[moving])
        parts.append(one_season(rng, clubs, season, games))
        games += GAMES
    columns = [np.concatenate(values) for values in zip(*parts, strict=True)]
    seasons_of, day, game, player, team, opponent, home = columns
    unknown = np.full(games, np.nan, dtype=np.float32)
    noon = np.zeros(games, dtype=np.int64)
    noon[game] = day * 86_400_000_000
    return PlayerLogs(
        seasons_of.astype(np.int16), day.astype(np.int32), game.astype(np.int32), player.astype(np.int32),
        team.astype(np.int16), opponent.astype(np.int16), home.astype(np.int8), box_scores(rng, player, newest),
        tuple(f"game {g}" for g in range(games)), tuple(f"player {p}" for p in range(newest)), TEAMS,
        GameContext(noon, noon - 3_600_000_000, unknown, unknown),
        Reports(np.zeros(0, np.int32), np.zeros(0, np.int64), np.zeros(0, np.float32)),
    )  # fmt: skip


def one_season(rng: np.random.Generator, clubs: np.ndarray, season: int, first_game: int) -> list[np.ndarray]:
    """Return the columns of one season; a team plays at most once a day."""
    opening = np.datetime64(f"{season}-10-20").astype(int)
    spread = np.sort(rng.permutation(np.repeat(np.arange(DAYS), 8))[:GAMES])
    columns: list[list[np.ndarray]] = [[] for _ in range(6)]
    day, game, player, team, opponent, home = columns
    for place in range(DAYS):
        of_day = np.flatnonzero(spread == place)
        pairs = rng.permutation(len(TEAMS))[: 2 * len(of_day)].reshape(-1, 2)
        for number, (a, b) in zip(of_day, pairs, strict=True):
            for own, other in sorted([(a, b), (b, a)]):
                dressed = np.sort(clubs[own][rng.random(ROSTER) < DRESSED])
                player.append(dressed)
                for column, value in (
                    (day, opening + place), (game, first_game + number), (team, own), (opponent, other),
                    (home, own == a),
                ):  # fmt: skip
                    column.append(np.full(len(dressed), value, dtype=np.int64))
    joined = [np.concatenate(values) for values in columns]
    return [np.full(len(joined[0]), season), *joined]


def box_scores(rng: np.random.Generator, player: np.ndarray, players: int) -> np.ndarray:
    """Draw numbers by minutes, each player with a level of his own."""
    level = rng.gamma(6.0, 1 / 6.0, players)[player]
    minutes = np.clip(np.rint(rng.normal(24 * level**0.5, 7)), 1, 53)
    box = {name: rng.poisson(rate * minutes * level**0.5) for name, rate in PER_MINUTE.items()}
    box["fgm"] += box["fg3m"]
    box["fga"] = box["fgm"] + rng.poisson(0.2 * minutes)
    box["fg3a"] = box["fg3m"] + rng.poisson(0.09 * minutes)
    box["fta"] = box["ftm"] + rng.poisson(0.02 * minutes)
    box["pts"] = 2 * box["fgm"] + box["fg3m"] + box["ftm"]
    box["reb"] = box["oreb"] + box["dreb"]
    box["minutes"], box["plus_minus"] = minutes, np.rint(rng.normal(0, 0.4 * minutes))
    return np.stack([box[name].astype(np.float32) for name in BOX])
