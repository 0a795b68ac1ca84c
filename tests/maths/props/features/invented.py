"""SYNTHETIC logs for the tests: a small league that has everything that goes wrong in a real one."""

import numpy as np

from closeline.maths.props.logs import BOX, GameContext, PlayerLogs, Reports

TEAMS = ("ATL", "BOS", "DEN", "LAL", "MIN", "PHX", "XXX")  # nobody knows where the last one plays
DAY_US = 86_400_000_000
FIRST_DAY = 18_550  # October 2020
ROSTER = 4


def box_of(rng):
    """Draw one player's numbers, which need not fit together."""
    values = rng.integers(0, 12, len(BOX)).astype(np.float32)
    values[BOX.index("minutes")] = rng.choice([0, *range(5, 44)], p=[0.04, *[0.96 / 39] * 39])
    values[BOX.index("fga")] += values[BOX.index("fgm")]
    values[BOX.index("fta")] += values[BOX.index("ftm")]
    values[BOX.index("fg3a")] += values[BOX.index("fg3m")]
    values[BOX.index("plus_minus")] -= 6
    return values


def invented_logs(seed, *, seasons=2, days=45, coming=2):
    """Return logs with trades, gaps, neutral floors, one-sided games, two games on a day, and days still to come.

    Each season is of `days` days from October, with a pause of a week late in January; the last `coming` are not played.
    """
    rng = np.random.default_rng(seed)
    clubs = rng.permutation(np.repeat(np.arange(len(TEAMS)), ROSTER))
    rows, games = [], 0
    calendar = [
        (s, FIRST_DAY + 365 * s + d + (85 if d > days // 2 else 0)) for s in range(seasons) for d in range(days)
    ]
    for place, (season, day) in enumerate(calendar):
        if place > days // 3 and rng.random() < 0.2:
            a, b = rng.choice(len(clubs), 2, replace=False)
            clubs[a], clubs[b] = clubs[b], clubs[a]
        teams = rng.permutation(len(TEAMS))[: 2 * rng.integers(0, 4)].reshape(-1, 2).tolist()
        if teams and rng.random() < 0.3:
            teams.append(teams[0][::-1])  # the same two meet again on the same day
        for home, away in teams:
            floor = rng.random() < 0.1
            for club, other, at_home in ((home, away, 1), (away, home, 0)):
                if rng.random() < 0.03:
                    continue  # no rows of one team
                for player in np.flatnonzero(clubs == club):
                    if rng.random() < 0.8:
                        unplayed = place >= len(calendar) - coming
                        numbers = np.full(len(BOX), np.nan, np.float32) if unplayed else box_of(rng)
                        rows.append((2020 + season, day, games, player, club, other, -1 if floor else at_home, numbers))
            games += 1
    rows.sort(key=lambda row: (row[1], row[2], row[4], row[3]))
    return assemble(rows, games, len(clubs), rng)


def assemble(rows, games, players, rng):
    """Put rows into columns, and give games a context and players their reports."""
    season, day, game, player, team, opponent, home, box = zip(*rows, strict=True)
    starts = np.zeros(games, dtype=np.int64)
    starts[list(game)] = np.array(day) * DAY_US + rng.integers(60, 110, games)[list(game)] * DAY_US // 96
    cutoff = np.where(rng.random(games) < 0.1, 0, starts - DAY_US // 24)
    told_at = np.sort(rng.integers(min(day) * DAY_US, (max(day) + 1) * DAY_US, len(day)))
    prices = (rng.normal(225, 10, games), rng.normal(0, 8, games))
    total, spread = (np.where(rng.random(games) < 0.2, np.nan, price).astype(np.float32) for price in prices)
    return PlayerLogs(
        np.array(season, np.int16), np.array(day, np.int32), np.array(game, np.int32), np.array(player, np.int32),
        np.array(team, np.int16), np.array(opponent, np.int16), np.array(home, np.int8), np.stack(box, axis=1),
        tuple(f"game {g}" for g in range(games)), tuple(f"player {p}" for p in range(players)), TEAMS,
        GameContext(np.where(rng.random(games) < 0.1, 0, starts), cutoff, total, spread),
        Reports(
            rng.integers(0, players, len(day)).astype(np.int32), told_at,
            rng.choice([0.0, 0.0, 0.5, 1.0], len(day)).astype(np.float32),
        ),
    )  # fmt: skip
