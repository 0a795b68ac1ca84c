"""The rating filter against a slow textbook Kalman filter, and its promises about time, order and bytes."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from closeline.maths.ratings import (
    GroupParameters,
    RatingFilter,
    RatingParameters,
    RestParameters,
    Slate,
    TrackParameters,
)

TEAM = GroupParameters(0.0, 0.3, 0.004, 0.7, 0.15)
MARGIN = TrackParameters(
    result_variance=140.0,
    close_variance=19.0,
    level=GroupParameters(3.0, 0.02, 1e-5, 1.0, 0.002),
    team=TEAM,
    newcomer_mean=-4.0,
    rest=RestParameters(short=1, long=3, longest=8, prior_variance=0.01),
    venue=GroupParameters(0.0, 0.005, 1e-5, 0.8, 0.001),
    pitcher=GroupParameters(-0.5, 0.05, 1e-4, 0.9, 0.01),
    close_gate=16.0,
    sd_factor=0.5,
)
TOTAL = replace(MARGIN, result_variance=300.0, close_variance=52.0, level=GroupParameters(198.0, 0.1, 1e-4, 1.0, 0.01))
PARAMETERS = RatingParameters("nba", MARGIN, TOTAL, "seasons 1-2", "made up")
DAY = date(2024, 1, 10).toordinal()
TEAMS = ("ann", "bob", "cat", "dan", "eve", "fay")
ARMS = ("p1", "p2", "p3", "p4")


class Textbook:
    """Dense Kalman filter: every state is known from the start, every observation is a matrix update."""

    def __init__(self, track, sign, names, anchors):
        self.track, self.sign, self.names = track, sign, list(names)
        self.groups = {
            "level": track.level,
            "short": GroupParameters(0.0, track.rest.prior_variance, 0.0, 1.0, 0.0),
            "long": GroupParameters(0.0, track.rest.prior_variance, 0.0, 1.0, 0.0),
            "team": track.team,
            "venue": track.venue,
            "pitcher": track.pitcher,
        }
        self.kinds = [name.split(":")[0] for name in self.names]
        self.anchor = np.array(
            [anchors.get(name, self.groups[kind].prior_mean) for name, kind in zip(self.names, self.kinds, strict=True)]
        )
        self.m = self.anchor.copy()
        self.born = np.zeros(len(self.names), dtype=bool)
        self.P = np.zeros((len(self.names),) * 2)
        for name in ("level:", "short:", "long:"):
            self.give_birth(name)

    def of(self, attribute):
        return np.array([getattr(self.groups[kind], attribute) for kind in self.kinds]) * self.born

    def give_birth(self, name):
        i = self.names.index(name)
        if not self.born[i]:
            self.born[i] = True
            self.P[i, i] = self.groups[self.kinds[i]].prior_variance * self.track.result_variance

    def drift(self, days):
        self.P += np.diag(self.of("drift")) * self.track.result_variance * days

    def new_season(self):
        F = np.diag(np.where(self.born, [self.groups[kind].carry_over for kind in self.kinds], 1.0))
        self.m = self.anchor + F @ (self.m - self.anchor)
        self.P = F @ self.P @ F.T + np.diag(self.of("season_variance")) * self.track.result_variance

    def row(self, game, rest):
        h = np.zeros(len(self.names))
        ground = 0.0 if game["neutral"] else 1.0
        put = lambda name, value: h.__setitem__(self.names.index(name), h[self.names.index(name)] + value)  # noqa: E731
        put("level:", ground if self.sign < 0 else 1.0)
        put("short:", rest[0][0] + self.sign * rest[1][0])
        put("long:", rest[0][1] + self.sign * rest[1][1])
        put(f"team:{game['home']}", 1.0)
        put(f"team:{game['away']}", self.sign)
        put(f"venue:{game['home']}", ground)
        put(f"pitcher:{game['home_pitcher']}", 1.0)
        put(f"pitcher:{game['away_pitcher']}", self.sign)
        return h

    def predict(self, h):
        unborn = np.diag(
            [
                0.0 if b else self.groups[k].prior_variance * self.track.result_variance
                for b, k in zip(self.born, self.kinds, strict=True)
            ]
        )
        return h @ self.m, np.sqrt(h @ (self.P + unborn) @ h) * self.track.sd_factor

    def observe(self, h, z, variance):
        if np.isnan(z):
            return
        S = h @ self.P @ h + variance
        K = self.P @ h / S
        self.m = self.m + K * (z - h @ self.m)
        joseph = np.eye(len(h)) - np.outer(K, h)
        self.P = joseph @ self.P @ joseph.T + np.outer(K, K) * variance


def season_of_games(generator, days=26):
    """Game days with gaps, a neutral game now and then, a new team and a new pitcher late, a second season."""
    games = []
    day = DAY
    for number in range(days):
        day += int(generator.integers(1, 5)) + (200 if number == days // 2 else 0)
        season = 1 if number < days // 2 else 2
        teams = list(TEAMS if season == 2 else TEAMS[:5])
        generator.shuffle(teams)
        slate = []
        for home, away in (teams[:2], teams[2:4]):
            arms = generator.choice(ARMS if number > 3 else ARMS[:2], 2, replace=False)
            slate.append(
                {
                    "home": home, "away": away, "neutral": bool(generator.random() < 0.2),
                    "home_pitcher": str(arms[0]), "away_pitcher": str(arms[1]),
                    "margin": float(generator.integers(-20, 21)), "total": float(generator.integers(170, 230)),
                    "close_margin": float(generator.normal(0, 6)) if generator.random() < 0.8 else np.nan,
                    "close_total": float(generator.normal(200, 6)) if generator.random() < 0.8 else np.nan,
                }
            )  # fmt: skip
        games.append((day, season, slate))
    return games


def as_slate(day, season, slate):
    column = lambda key: tuple(game[key] for game in slate)  # noqa: E731
    return Slate(
        day,
        season,
        column("home"),
        column("away"),
        column("neutral"),
        column("home_pitcher"),
        column("away_pitcher"),
    )


def learn(ratings, day, season, slate):
    column = lambda key: np.array([game[key] for game in slate])  # noqa: E731
    ratings.learn(
        as_slate(day, season, slate),
        column("margin"),
        column("total"),
        column("close_margin"),
        column("close_total"),
    )


def one_game(day=DAY, season=1, home="ann", away="bob"):
    return Slate(day, season, (home,), (away,), (False,))


def learned(ratings, day=DAY, margin=7.0, close=np.nan, **names):
    ratings.learn(one_game(day, **names), np.array([margin]), np.array([200.0]), np.array([close]), np.array([np.nan]))


def replayed(games, parameters=PARAMETERS):
    ratings = RatingFilter(parameters)
    for day, season, slate in games:
        learn(ratings, day, season, slate)
    return ratings


@pytest.mark.parametrize("seed", [1, 2])
def test_the_filter_is_the_textbook_filter(seed):
    names = ["level:", "short:", "long:"]
    names += [f"{kind}:{team}" for kind in ("team", "venue") for team in TEAMS] + [f"pitcher:{arm}" for arm in ARMS]
    newcomer = {"team:fay": MARGIN.newcomer_mean}
    books = {
        "margin": Textbook(MARGIN, -1.0, names, newcomer),
        "total": Textbook(TOTAL, 1.0, names, newcomer),
    }
    ratings = RatingFilter(PARAMETERS)
    last: dict[str, int] = {}
    clock = None
    for day, season, slate in season_of_games(np.random.default_rng(seed)):
        for book in books.values():
            if clock is not None and season > clock[1]:
                book.new_season()
            elif clock is not None:
                book.drift(day - clock[0])
        clock = (day, season)
        gaps = [[day - last.get(game[who], -(10**6)) for who in ("home", "away")] for game in slate]
        rests = [[(float(gap <= 1), float(3 <= gap <= 8)) for gap in pair] for pair in gaps]
        forecast = ratings.predict(as_slate(day, season, slate))
        for name, book in books.items():
            rows = [book.row(game, rest) for game, rest in zip(slate, rests, strict=True)]
            expected = np.array([book.predict(h) for h in rows])
            # A team met for the first time starts at the newcomer's mean only once the first season is over.
            np.testing.assert_allclose(getattr(forecast, f"{name}_mean"), expected[:, 0], atol=1e-8)
            np.testing.assert_allclose(getattr(forecast, f"{name}_sd"), expected[:, 1], atol=1e-8)
            for game in slate:
                born = [f"team:{game['home']}", f"team:{game['away']}"]
                born += [f"pitcher:{game['home_pitcher']}", f"pitcher:{game['away_pitcher']}"]
                born += [] if game["neutral"] else [f"venue:{game['home']}"]
                for state in born:
                    book.give_birth(state)
            for game, h in zip(slate, rows, strict=True):
                book.observe(h, game[name], book.track.result_variance)
                book.observe(h, game[f"close_{name}"], book.track.close_variance)
        learn(ratings, day, season, slate)
        last |= {game[who]: day for game in slate for who in ("home", "away")}
    assert ratings.closes_seen > 30
    assert ratings.closes_refused == 0


def test_equal_sequences_give_equal_hashes_and_another_order_or_score_does_not():
    games = season_of_games(np.random.default_rng(3))
    assert replayed(games).state_hash() == replayed(games).state_hash()
    day, season, slate = games[-1]
    changed = [*games[:-1], (day, season, [{**slate[0], "margin": slate[0]["margin"] + 1.0}, *slate[1:]])]
    assert replayed(changed).state_hash() != replayed(games).state_hash()


def test_predicting_leaves_no_trace():
    games = season_of_games(np.random.default_rng(4))
    ratings = replayed(games[:-1])
    before = ratings.state_hash()
    first = ratings.predict(as_slate(*games[-1]))
    second = ratings.predict(as_slate(*games[-1]))
    np.testing.assert_array_equal(first.margin_mean, second.margin_mean)
    assert ratings.state_hash() == before


def test_a_state_read_back_from_its_bytes_goes_on_bit_for_bit():
    games = season_of_games(np.random.default_rng(5))
    half = replayed(games[:15])
    again = RatingFilter.from_bytes(PARAMETERS, half.to_bytes())
    assert again.state_hash() == half.state_hash()
    assert again.to_bytes() == half.to_bytes()
    for day, season, slate in games[15:]:
        learn(half, day, season, slate)
        learn(again, day, season, slate)
    assert again.state_hash() == half.state_hash()


def test_a_state_of_other_parameters_is_refused():
    other = replace(PARAMETERS, source="another")
    with pytest.raises(ValueError, match="parameters must be"):
        RatingFilter.from_bytes(other, RatingFilter(PARAMETERS).to_bytes())


def test_a_forecast_made_after_its_day_was_learned_is_refused_as_a_leak():
    ratings = RatingFilter(PARAMETERS)
    learned(ratings)
    with pytest.raises(ValueError, match="later than the last day learned"):
        ratings.predict(one_game(DAY, home="cat", away="dan"))
    with pytest.raises(ValueError, match="later than the last day learned"):
        ratings.predict(one_game(DAY - 1))
    assert ratings.predict(one_game(DAY + 1)).margin_mean.shape == (1,)


def test_time_does_not_run_backwards_but_a_late_result_is_still_learned():
    ratings = RatingFilter(PARAMETERS)
    learned(ratings, DAY + 5)
    with pytest.raises(ValueError, match="must not go back"):
        ratings.advance(DAY, 1)
    before = ratings.strength("ann")[0]
    learned(ratings, DAY, margin=30.0)
    assert ratings.strength("ann")[0] > before
    assert ratings.day == DAY + 5


def test_neutral_ground_has_no_home_edge():
    ratings = RatingFilter(PARAMETERS)
    home, neutral = one_game(), replace(one_game(), neutral=(True,))
    assert ratings.predict(home).margin_mean[0] - ratings.predict(neutral).margin_mean[0] == pytest.approx(3.0)
    assert ratings.predict(home).total_mean[0] == pytest.approx(ratings.predict(neutral).total_mean[0])


def test_a_close_moves_a_rating_more_than_a_result_does():
    by_result, by_close = RatingFilter(PARAMETERS), RatingFilter(PARAMETERS)
    learned(by_result, margin=13.0)
    learned(by_close, margin=np.nan, close=13.0)
    assert by_close.strength("ann")[0] > by_result.strength("ann")[0] > 0.0
    assert (by_result.closes_seen, by_close.closes_seen) == (0, 1)


def test_without_closes_on_file_the_filter_runs_on_results_alone():
    alone = replace(PARAMETERS, margin=replace(MARGIN, close_variance=None))
    with_close, without = RatingFilter(alone), RatingFilter(alone)
    learned(with_close, close=-20.0)
    learned(without)
    assert with_close.strength("ann") == without.strength("ann")


def test_an_absurd_close_is_counted_and_not_learned():
    gated = replace(PARAMETERS, margin=replace(MARGIN, close_gate=10.0))
    absurd, none = RatingFilter(gated), RatingFilter(gated)
    learned(absurd, close=120.0)
    learned(none)
    assert absurd.closes_refused == 1
    assert absurd.strength("ann") == none.strength("ann")


def test_a_sheet_with_its_signs_turned_round_teaches_nothing_at_all():
    generator = np.random.default_rng(6)
    pairs = [(f"strong{i}", f"weak{i}") for i in range(10)]
    edges = np.array([2.0, 3.0, 14.0, 15.0, 16.0, 17.0, 18.0, 19.0, 20.0, 21.0])
    parameters = replace(PARAMETERS, margin=replace(MARGIN, close_gate=8.0))
    sheet = RatingFilter(parameters)
    unknown = np.full(10, np.nan)
    for day in range(40):
        slate = Slate(DAY + day, 1, tuple(p[0] for p in pairs), tuple(p[1] for p in pairs), (True,) * 10)
        sheet.learn(slate, unknown, unknown, edges + generator.normal(0.0, 1.0, 10), unknown)
    learned_so_far = [sheet.strength(home)[0] for home, _ in pairs]
    sheet.learn(replace(slate, day=DAY + 40), unknown, unknown, -edges, unknown)
    assert sheet.closes_refused == 10  # the small ones too, which alone would have looked believable
    assert [sheet.strength(home)[0] for home, _ in pairs] == learned_so_far


def test_an_unknown_pitcher_is_an_average_one_and_teaches_nobody():
    ratings = RatingFilter(PARAMETERS)
    named = Slate(DAY, 1, ("ann",), ("bob",), (False,), ("p1",), (None,))
    before = ratings.predict(named)
    ratings.learn(named, np.array([9.0]), np.array([200.0]))
    later = ratings.predict(replace(named, day=DAY + 30))
    assert later.margin_sd[0] < before.margin_sd[0]
    nobody = ratings.predict(replace(named, day=DAY + 30, home_pitcher=(None,)))
    assert nobody.margin_sd[0] > later.margin_sd[0]


def test_a_pitcher_gone_for_a_whole_season_is_forgotten():
    ratings = RatingFilter(PARAMETERS)
    with_arm = Slate(DAY, 1, ("ann",), ("bob",), (False,), ("p1",), ("p2",))
    ratings.learn(with_arm, np.array([25.0]), np.array([200.0]))
    plain = Slate(DAY + 400, 2, ("ann",), ("bob",), (False,))
    ratings.learn(plain, np.array([0.0]), np.array([200.0]))
    size = len(ratings.to_bytes())
    ratings.advance(DAY + 800, 3)
    assert len(ratings.to_bytes()) < size
    back = ratings.predict(replace(with_arm, day=DAY + 801, season=3))
    fresh = ratings.predict(replace(with_arm, day=DAY + 801, season=3, home_pitcher=("new",), away_pitcher=("newer",)))
    np.testing.assert_array_equal(back.margin_mean, fresh.margin_mean)


def test_uncertainty_grows_while_nobody_plays_and_over_the_summer():
    ratings = RatingFilter(PARAMETERS)
    learned(ratings, close=6.0)
    soon, late = (ratings.predict(one_game(DAY + wait)).margin_sd[0] for wait in (1, 60))
    next_season = ratings.predict(one_game(DAY + 200, season=2)).margin_sd[0]
    assert soon < late
    assert soon < next_season


def test_the_text_of_parameters_is_exact_and_names_them():
    text = PARAMETERS.to_json()
    assert RatingParameters.from_json(text) == PARAMETERS
    assert RatingParameters.from_json(text).version() == PARAMETERS.version()
    assert replace(PARAMETERS, source="other").version() != PARAMETERS.version()


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        "{}",
        PARAMETERS.to_json().replace("140.0", '"140"'),
        PARAMETERS.to_json().replace("140.0", "-1.0"),
    ],
)
def test_a_text_that_is_no_parameters_is_refused(text):
    with pytest.raises(ValueError, match="must be"):
        RatingParameters.from_json(text)


def test_columns_of_different_lengths_are_refused():
    with pytest.raises(ValueError, match="must have 1 games"):
        Slate(DAY, 1, ("ann",), ("bob", "cat"), (False,))
    with pytest.raises(ValueError, match="must differ"):
        Slate(DAY, 1, ("ann",), ("ann",), (False,))
    with pytest.raises(ValueError, match="shape"):
        RatingFilter(PARAMETERS).learn(one_game(), np.zeros(2), np.zeros(1))
