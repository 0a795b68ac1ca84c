"""A league's figures as JSON and as tables: n and interval stand beside every figure."""

from typing import TYPE_CHECKING

from closeline.cli.printing import number, print_table, say
from closeline.schemas import backtest as shapes

if TYPE_CHECKING:
    from closeline.flow.view import LeagueFigures, MarketFigures
    from closeline.jobs.desk import Desk
    from closeline.store.session import Session


def league_shape(session: "Session", desk: "Desk", figures: "LeagueFigures") -> shapes.LeagueFigures:
    """Return the figures of a league in the shape in which they cross the edge."""
    return shapes.LeagueFigures(
        league=str(figures.league),
        games=figures.games,
        warmup_games=figures.warmup_games,
        decisions=figures.decisions,
        published=figures.published,
        leans=figures.leans,
        open=figures.open,
        assumed_prices=_assumed_prices(session, desk, figures),
        graded={str(result): number for result, number in figures.graded.items()},
        quarantined=figures.quarantined,
        markets={market.market_key: _market(market) for market in figures.markets},
        home_win_log_loss=shapes.HomeWin.model_validate(figures.home_win),
        ece=shapes.CalibrationError.model_validate(figures.ece),
        ece_equal_width=shapes.CalibrationError.model_validate(figures.ece_equal_width),
        ece_by_market={key: shapes.CalibrationError.model_validate(ece) for key, ece in figures.ece_by_market},
        notes=list(figures.notes),
        refusals=[
            shapes.Refusal(gate=gate, reason=reason, market_key=market_key, candidates=candidates)
            for gate, reason, market_key, candidates in figures.refusals
        ],
    )


def _assumed_prices(session: "Session", desk: "Desk", figures: "LeagueFigures") -> int:
    from closeline.domain.leagues import League
    from closeline.domain.picks import Decision
    from closeline.flow import view

    ended = view.published(session, tenant_id=desk.tenant_id, league=League(figures.league))
    return sum(item.pick.price.assumed for item in ended if item.pick.decision is Decision.PICK)


def _market(market: "MarketFigures") -> shapes.MarketFigures:
    return shapes.MarketFigures(
        picks=market.picks,
        clv_prob_mean=market.clv_prob.mean,
        clv_prob_low=market.clv_prob.low,
        clv_prob_high=market.clv_prob.high,
        clv_prob_n=market.clv_prob.n,
        clv_ev_mean=market.clv_ev_mean,
        predicted_clv_mean=market.predicted_clv_mean,
        clv_slope=market.clv_slope.slope,
        clv_slope_standard_error=market.clv_slope.standard_error,
        clv_slope_n=market.clv_slope.n,
        clv_slope_picks=shapes.Slope.model_validate(market.clv_slope_picks),
        wins=market.wins,
        losses=market.losses,
        pushes=market.pushes,
        voids=market.voids,
        open=market.open,
        missing_closes=market.missing_closes,
        units=market.units,
        units_expected=market.units_expected,
        units_expected_at_close=market.units_expected_at_close,
    )


def show_league(figures: shapes.LeagueFigures) -> None:
    """Print a league's figures for people."""
    decided = ", ".join(f"{count} {name}" for name, count in figures.decisions.items())
    graded = ", ".join(f"{count} {name}" for name, count in figures.graded.items())
    say(f"{figures.league}: {figures.games} games, {figures.warmup_games} of them warm-up")
    say(f"candidates: {decided}")
    say(f"published: {figures.published} picks ({graded}, {figures.open} open), {figures.leans} leans")
    if figures.assumed_prices:
        say(f"ASSUMED PRICES: {figures.assumed_prices} of {figures.published} picks stand at an assumed price (-110), "
            "which nobody may have offered")  # fmt: skip
    say("")
    _show_markets(figures)
    _show_probabilities(figures)
    quarantined = [(reason, prices) for reason, prices in figures.quarantined.items()]
    print_table("In quarantine", ("reason", "prices#"), quarantined)
    refusals = sorted(figures.refusals, key=lambda item: -item.candidates)
    columns = ("rule", "reason", "market", "candidates#")
    print_table("What held candidates back", columns, [
        (item.gate, item.reason, item.market_key, item.candidates) for item in refusals
    ])  # fmt: skip


def _show_markets(figures: shapes.LeagueFigures) -> None:
    clv = [
        (
            key, item.picks, number(item.clv_prob_mean, signed=True), _interval(item.clv_prob_low, item.clv_prob_high),
            item.clv_prob_n, item.missing_closes, number(item.predicted_clv_mean, signed=True),
            number(item.clv_ev_mean, signed=True),
        )
        for key, item in figures.markets.items()
    ]  # fmt: skip
    columns = ("market", "picks#", "CLV#", "95 %#", "n#", "no close#", "predicted#", "EV at close#")
    print_table("Closing line value of the picks, in points", columns, clv)
    slopes = [
        (key, number(item.clv_slope), number(item.clv_slope_standard_error), item.clv_slope_n,
         number(item.clv_slope_picks.slope), number(item.clv_slope_picks.standard_error), item.clv_slope_picks.n)
        for key, item in figures.markets.items()
    ]  # fmt: skip
    headings = ("market", "all candidates#", "± se#", "n#", "picks#", "± se#", "n#")
    print_table("Realised on predicted closing line value (1 = as predicted)", headings, slopes)
    units = [
        (
            key, item.picks, f"{item.wins}-{item.losses}-{item.pushes}", item.voids, item.open,
            number(item.units, signed=True), number(item.units_expected, signed=True),
            number(item.units_expected_at_close, signed=True),
        )
        for key, item in figures.markets.items()
    ]  # fmt: skip
    columns = ("market", "picks#", "W-L-P#", "void#", "open#", "units#", "expected#", "expected at close#")
    print_table("Units, one risked on each pick", columns, units)


def _show_probabilities(figures: shapes.LeagueFigures) -> None:
    home, ece = figures.home_win_log_loss, figures.ece
    rows = [(
        number(home.open, 4), number(home.rating, 4), number(home.published, 4), number(home.close, 4), home.n,
        home.left_out, home.open_source, home.close_source,
    )]  # fmt: skip
    columns = ("open#", "ratings#", "published#", "close#", "n#", "left out#", "open from", "close from")
    print_table("Log-loss of the home win", columns, rows)
    for name, gap in (("ratings", home.rating_minus_open), ("published", home.published_minus_open)):
        reach = f"{number(gap.low, 5, signed=True)} to {number(gap.high, 5, signed=True)}"
        say(f"{name} - open: {number(gap.mean, 5, signed=True)}, 95 % {reach} (n = {gap.n})")
    if home.everything is not None and home.left_out_suspect:
        whole = home.everything
        words = ", ".join(
            f"{word} {number(getattr(whole, word), 4)}" for word in ("open", "rating", "published", "close")
        )
        say(f"with the {home.left_out_suspect} games of suspect openers: {words} (n = {whole.n})")
    say(f"calibration error {number(ece.value, 4)}, perfection would show {number(ece.noise_floor, 4)} (n = {ece.n})")
    for note in figures.notes:
        say(f"note: {note}")
    say("")


def _interval(low: float | None, high: float | None) -> str:
    return f"{number(low, signed=True)} to {number(high, signed=True)}" if low is not None else number(None)
