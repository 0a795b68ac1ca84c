"""The 114 features that can be had, one row at a time in plain Python, from the declared definitions alone.

Shares no code with what it checks. Each answer filters the whole past by `day < this day`, so that it cannot look ahead.
"""

from __future__ import annotations

import math
import statistics
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from closeline.maths.props.logs import BOX

NAN = math.nan
DAY_US = 86_400_000_000
# Another source of where teams play: latitude, longitude, zone, metres. Only teams that the tests' logs use.
PLACES = {
    "ATL": (33.76, -84.40, "America/New_York", 310),
    "BOS": (42.37, -71.06, "America/New_York", 10),
    "DEN": (39.75, -105.01, "America/Denver", 1580),
    "LAL": (34.04, -118.27, "America/Los_Angeles", 90),
    "PHX": (33.45, -112.07, "America/Phoenix", 330),
    "MIN": (44.98, -93.28, "America/Chicago", 260),
}


@dataclass
class Row:
    season: int
    day: int
    game: int
    player: int
    team: int
    opponent: int
    home: int
    box: dict

    @property
    def played(self):
        return not math.isnan(self.box["minutes"])

    def number(self, name):
        if name == "pra":
            return self.box["pts"] + self.box["reb"] + self.box["ast"]
        return self.box["minutes" if name == "min" else name]

    @property
    def plays(self):
        return self.box["fga"] + 0.44 * self.box["fta"] + self.box["tov"]


@dataclass
class Side:
    """One team in one game: its rows, and the other side where that has rows."""

    rows: list
    other: Any = field(default=None, repr=False)
    totals: dict = field(default_factory=dict)

    def total(self, name):
        if name not in self.totals:
            self.totals[name] = sum(row.box[name] for row in self.rows if row.played)
        return self.totals[name]

    @cached_property
    def played(self):
        return any(row.played for row in self.rows)

    @cached_property
    def counted(self):
        return self.played and self.other is not None and self.other.played and self.minutes > 0

    @property
    def plays(self):
        return self.total("fga") + 0.44 * self.total("fta") + self.total("tov")

    @cached_property
    def minutes(self):
        return (self.total("minutes") + self.other.total("minutes")) / 2

    @cached_property
    def possessions(self):
        return (self.plays - self.total("oreb") + self.other.plays - self.other.total("oreb")) / 2

    @cached_property
    def pace(self):
        return 48 * self.possessions / (self.minutes / 5)


def over(above, below, factor=1.0):
    return factor * above / below if below > 0 else NAN


def ewma(values, half_life):
    weights = [0.5 ** (k / half_life) for k in range(len(values))]
    return over(sum(w * x for w, x in zip(weights, reversed(values), strict=True)), sum(weights))


def last(values, window):
    found = values[-window:]
    return found if len(found) >= math.ceil(window / 2) else []


def mean(values):
    return statistics.fmean(values) if values else NAN


def sd(values):
    return statistics.stdev(values) if values else NAN


def slope(values):
    return float(np.polyfit(range(len(values)), values, 1)[0]) if values else NAN


def mad(values):
    centre = statistics.median(values) if values else NAN
    return statistics.median(abs(value - centre) for value in values) if values else NAN


class Oracle:
    """Answers for one set of logs; builds lists by player and by team, each in the logs' order."""

    def __init__(self, logs):
        self.logs = logs
        self.rows = [self.row(i) for i in range(len(logs))]
        self.of_player, sides = defaultdict(list), dict[tuple[int, int], Side]()
        for row in self.rows:
            self.of_player[row.player].append(row)
            sides.setdefault((row.game, row.team), Side([])).rows.append(row)
        self.sides, self.of_team, self.of_season = sides, defaultdict(list), defaultdict(list)
        for (game, team), side in sides.items():
            side.other = sides.get((game, side.rows[0].opponent))
            self.of_team[team].append(side)
            self.of_season[side.rows[0].season].append(side)
        self.reports = list(
            zip(*(v.tolist() for v in (logs.reports.player, logs.reports.told_at, logs.reports.plays)), strict=True)
        )
        self.days = {season: sorted({s.rows[0].day for s in of}) for season, of in self.of_season.items()}

    def row(self, i):
        logs = self.logs
        values = (logs.season, logs.day, logs.game, logs.player, logs.team, logs.opponent, logs.home)
        season, day, game, player, team, opponent, home = (int(v[i]) for v in values)
        box = dict(zip(BOX, logs.box[:, i].tolist(), strict=True))
        return Row(season, day, game, player, team, opponent, home, box)

    def answer(self, i):
        row = self.rows[i]
        past = [r for r in self.of_player[row.player] if r.day < row.day and r.played]
        return {
            **self.rolling(row, past), **self.trend(past), **self.matchup(row), **self.context(row, past),
            **self.advanced(row, past), **self.injury(row, past),
        }  # fmt: skip

    def rolling(self, row, past):
        season = [r for r in past if r.season == row.season]
        found = {}
        for x in ("pts", "reb", "ast", "pra", "min"):
            values = [r.number(x) for r in past]
            for h in (3, 7, 15):
                found[f"ewma{h}_{x}"] = ewma(values, h)
            for k in (3, 5, 10, 20) if x in {"pra", "min"} else (5, 10):
                found[f"mean{k}_{x}"] = mean(last(values, k))
            found[f"season_{x}"] = mean([r.number(x) for r in season])
            found[f"lag1_{x}"] = values[-1] if values else NAN
        pra = [r.number("pra") for r in past]
        versus = [r.number("pra") for r in past if r.opponent == row.opponent]
        found["versus_opponent_pra"] = (sum(versus) + 5 * mean(pra)) / (len(versus) + 5)
        found["last_season_pra"] = mean([r.number("pra") for r in past if r.season == row.season - 1])
        found["career_pra_per_36"] = over(sum(pra), sum(r.number("min") for r in past), 36)
        found["home_pra"] = mean([r.number("pra") for r in season if r.home == 1])
        found["away_pra"] = mean([r.number("pra") for r in season if r.home == 0])
        return found

    def trend(self, past):
        numbers = {x: [r.number(x) for r in past] for x in ("pts", "reb", "ast", "pra", "min")}
        pra, found = numbers["pra"], {}
        for k in (5, 10, 20):
            found[f"slope{k}_pra"], found[f"slope{k}_min"] = slope(last(pra, k)), slope(last(numbers["min"], k))
            found[f"sd{k}_pra"] = sd(last(pra, k))
        for k in (10, 20):
            found[f"cv{k}_pra"] = over(sd(last(pra, k)), mean(last(pra, k)))
        for x in ("pts", "reb", "ast", "min"):
            found[f"sd10_{x}"] = sd(last(numbers[x], 10))
        for x in ("pra", "min"):
            found[f"ewma3_less_ewma15_{x}"] = ewma(numbers[x], 3) - ewma(numbers[x], 15)
        ten = last(pra, 10)
        found["range10_pra"] = max(ten) - min(ten) if ten else NAN
        found["mad10_pra"] = mad(ten)
        usual = statistics.median(pra[-20:]) if ten else NAN
        found["above_median_pra"] = mean([float(value > usual) for value in ten])
        return found

    def games_of(self, team, day):
        return [s for s in self.of_team[team] if s.rows[0].day < day and s.counted]

    def matchup(self, row):
        theirs = self.games_of(row.opponent, row.day)
        season = [s for s in theirs if s.rows[0].season == row.season]
        ten, own = theirs[-10:], self.games_of(row.team, row.day)[-10:]
        league = [s.pace for s in self.of_season[row.season] if s.rows[0].day < row.day and s.counted]
        pace = mean([s.pace for s in ten]) if len(ten) >= 5 else NAN
        team_pace = mean([s.pace for s in own]) if len(own) >= 5 else NAN

        def allowed(*names):
            return sum(s.other.total(name) for s in season for name in names)

        possessions = sum(s.possessions for s in season)
        own_boards = {name: sum(s.total(name) for s in season) for name in ("oreb", "dreb")}
        return {
            "opponent_defence_season": over(allowed("pts"), possessions, 100),
            "opponent_defence_10": over(sum(s.other.total("pts") for s in ten), sum(s.possessions for s in ten), 100)
            if len(ten) >= 5 else NAN,
            "opponent_pace_season": mean([s.pace for s in season]),
            "opponent_pace_10": pace,
            "projected_pace": team_pace * pace / mean(league),
            "team_pace_10": team_pace,
            "opponent_effective_field_goals": over(allowed("fgm") + allowed("fg3m") / 2, allowed("fga")),
            "opponent_three_rate": over(allowed("fg3a"), allowed("fga")),
            "opponent_offensive_rebounds": over(allowed("oreb"), allowed("oreb") + own_boards["dreb"]),
            "opponent_defensive_rebounds": over(allowed("dreb"), allowed("dreb") + own_boards["oreb"]),
            "opponent_forced_turnovers": over(allowed("tov"), possessions, 100),
            "opponent_fouls": over(sum(s.total("pf") for s in season), possessions, 100),
            **self.market(row),
        }  # fmt: skip

    def market(self, row):
        context = self.logs.context
        total, spread = float(context.total[row.game]), float(context.spread[row.game])
        if context.cutoff[row.game] == 0:
            total = spread = NAN
        own = {1: spread, 0: -spread}.get(row.home, NAN)
        margin = statistics.NormalDist(0.0 if math.isnan(spread) else spread, 13)
        blowout = NAN if math.isnan(spread) else margin.cdf(-15) + 1 - margin.cdf(15)
        return {
            "market_team_total": (total + own) / 2, "market_total": total, "market_spread": own,
            "market_blowout": blowout,
        }  # fmt: skip

    def place(self, row):
        host = {1: row.team, 0: row.opponent}.get(row.home)
        return None if host is None else PLACES.get(self.logs.teams[host])

    def context(self, row, past):
        games = [s.rows[0] for s in self.of_team[row.team] if s.rows[0].day < row.day]
        rests = []
        for team in (row.team, row.opponent):
            days = [s.rows[0].day for s in self.of_team[team] if s.rows[0].day < row.day]
            rests.append(min(row.day - days[-1] - 1, 10) if days else NAN)
        here, starts_at = self.place(row), int(self.logs.context.starts_at[row.game])
        stops = [self.place(r) for r in games[-2:] if r.day >= row.day - 2] + [here]
        legs = [NAN if a is None or b is None else miles(a, b) for a, b in pairwise(stops)]
        before = self.place(games[-1]) if games else None
        on = date(1970, 1, 1) + timedelta(row.day)
        return {
            "home": {1: 1.0, 0: 0.0}.get(row.home, NAN),
            "rest_days": rests[0], "opponent_rest": rests[1], "rest_difference": rests[0] - rests[1],
            "back_to_back": float(any(r.day == row.day - 1 for r in games)),
            "three_in_four": float(sum(r.day >= row.day - 3 for r in games) >= 2),
            "four_in_six": float(sum(r.day >= row.day - 5 for r in games) >= 3),
            "travel_miles_48h": sum(legs),
            "time_zone_shift": NAN if here is None or before is None else standard(here) - standard(before),
            "altitude": NAN if here is None else here[3],
            "season_fraction": sum(r.season == row.season for r in games) / 82,
            "games_played": sum(r.season == row.season for r in past),
            "weekend": float(on.isoweekday() >= 6),
            "local_start_hour": NAN if here is None or not starts_at else hour(starts_at, here[2]),
            "post_all_star": float(self.after_pause(row)),
        }  # fmt: skip

    def after_pause(self, row):
        days = [day for day in self.days[row.season] if day <= row.day]
        begin, end = (date(row.season + 1, m, d).toordinal() - 719_163 for m, d in ((1, 25), (3, 31)))
        return any(b - a >= 5 and begin <= b <= end for a, b in pairwise(days))

    def advanced(self, row, past):
        season = [r for r in past if r.season == row.season]
        sides = [self.sides[r.game, r.team] for r in season]
        court = [s.total("minutes") / 5 for s in sides]
        share = [over(r.box["minutes"], c) for r, c in zip(season, court, strict=True)]
        own = {name: sum(r.box[name] for r in season) for name in BOX}
        both = [k for k, s in enumerate(sides) if s.other is not None and s.other.played]
        offered = {
            a: sum(share[k] * (sides[k].total(a) + sides[k].other.total(b)) for k in both)
            for a, b in (("oreb", "dreb"), ("dreb", "oreb"))
        }
        on_court = sum(share[k] * sides[k].possessions for k in both)
        made = sum(w * s.total("fgm") - r.box["fgm"] for r, w, s in zip(season, share, sides, strict=True))
        chances = sum(w * s.plays for w, s in zip(share, sides, strict=True))
        return {
            "usage_ewma7": ewma(self.usages(past), 7),
            "usage_season": over(sum(r.plays for r in season), chances, 100),
            "true_shooting": over(own["pts"], 2 * (own["fga"] + 0.44 * own["fta"])),
            "effective_field_goals": over(own["fgm"] + own["fg3m"] / 2, own["fga"]),
            "three_rate": over(own["fg3a"], own["fga"]),
            "free_throw_rate": over(own["fta"], own["fga"]),
            "assist_share": over(own["ast"], made),
            "assists_per_turnover": over(own["ast"], own["tov"]),
            "offensive_rebound_share": over(sum(season[k].box["oreb"] for k in both), offered["oreb"]),
            "defensive_rebound_share": over(sum(season[k].box["dreb"] for k in both), offered["dreb"]),
            "impact": ewma([score(r.box) for r in past], 15),
            "on_court_net_rating": over(sum(season[k].box["plus_minus"] for k in both), on_court, 100),
            "minutes_share": over(own["minutes"], sum(court)),
        }

    def usages(self, past):
        found = []
        for row in past:
            side = self.sides[row.game, row.team]
            value = over(row.plays, over(row.box["minutes"], side.total("minutes") / 5) * side.plays, 100)
            found += [] if math.isnan(value) else [value]
        return found

    def injury(self, row, past):
        season = [s for s in self.of_team[row.team] if s.rows[0].day < row.day and s.played]
        month = sum(s.rows[0].day >= row.day - 30 for s in season) - sum(r.day >= row.day - 30 for r in past)
        minutes = [r.box["minutes"] for r in past]
        latest = past[-1] if past else None
        together = latest is not None and (latest.team, latest.season) == (row.team, row.season)
        cutoff = int(self.logs.context.cutoff[row.game])
        return {
            "games_missed_30d": max(0, month) if past else NAN,
            "games_since_return": self.streak(row, past) if together else NAN,
            "days_since_last_game": row.day - latest.day if latest else NAN,
            "minutes_restriction": over(mean(last(minutes, 3)), mean(last(minutes, 20))) if last(minutes, 20) else NAN,
            "vacated_usage": self.vacated(row, cutoff),
            "play_probability": self.chance(row.player, past, cutoff),
        }

    def streak(self, row, past):
        days = [s.rows[0].day for s in self.of_team[row.team] if s.played]
        later, count = row.day, 0
        for r in reversed(past):
            if (r.team, r.season) != (row.team, row.season) or any(r.day < day < later for day in days):
                break
            later, count = r.day, count + 1
        return count

    def chance(self, player, past, cutoff):
        since = (past[-1].day + 1) * DAY_US if past else -math.inf
        told = [report for report in self.reports if report[0] == player and report[1] < cutoff]
        return told[-1][2] if cutoff and told and told[-1][1] >= since else NAN

    def vacated(self, row, cutoff):
        opening = self.days[row.season][0] * DAY_US
        if not cutoff or not any(opening <= report[1] < cutoff for report in self.reports):
            return NAN
        total = 0.0
        for player, rows in self.of_player.items():
            past = [r for r in rows if r.day < row.day and r.played]
            if player == row.player or not past or (past[-1].team, past[-1].season) != (row.team, row.season):
                continue
            if self.chance(player, past, cutoff) == 0:
                usage = self.advanced(row, past)["usage_season"]
                total += 0.0 if math.isnan(usage) else usage
        return total


def score(box):
    return (
        box["pts"] + 0.4 * box["fgm"] - 0.7 * box["fga"] - 0.4 * (box["fta"] - box["ftm"]) + 0.7 * box["oreb"]
        + 0.3 * box["dreb"] + box["stl"] + 0.7 * box["ast"] + 0.7 * box["blk"] - 0.4 * box["pf"] - box["tov"]
    )  # fmt: skip


def miles(a, b):
    """By the angle between two vectors, not by haversines."""
    u, v = (
        np.array([math.cos(y) * math.cos(x), math.cos(y) * math.sin(x), math.sin(y)])
        for y, x in ((math.radians(p[0]), math.radians(p[1])) for p in (a, b))
    )
    return 3958.8 * math.atan2(float(np.linalg.norm(np.cross(u, v))), float(u @ v))


def standard(place):
    offset = datetime(2020, 1, 15, tzinfo=ZoneInfo(place[2])).utcoffset() or timedelta()
    return offset.total_seconds() / 3600


def hour(starts_at, zone):
    local = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=starts_at)).astimezone(ZoneInfo(zone))
    return local.hour + local.minute / 60 + local.second / 3600
