"""Operations of clv.json."""

from datetime import datetime, timedelta

from closeline.domain.markets import Side, line_quarters
from closeline.domain.odds import DevigMethod, OddsFormat, Price, american_to_decimal
from closeline.domain.picks.closing import BookQuote, open_best_close, select_close
from closeline.maths import clv, distributions
from closeline.maths.devig import devig

CODES: type[distributions.Side] = distributions.Side


def _decimal(american):
    return float(american_to_decimal(american))


def _points(inputs):
    moved = clv.clv_points(CODES[inputs["side"]], inputs["bet_line"], inputs["close_line"])
    return {"clv_points": float(moved)}


def _price(inputs):
    names = ("bet_american", "close_american", "close_opposite_american")
    found = clv.clv_price(*(_decimal(inputs[name]) for name in names), method=DevigMethod(inputs["devig"]))
    return {
        "clv_prob_raw": found.clv_prob_raw,
        "clv_price_ratio": found.clv_price_ratio,
        "close_fair_prob": found.close_fair_prob,
        "clv_prob_devig": found.clv_prob_devig,
        "clv_ev": found.clv_ev,
    }


def _across(inputs):
    # A spread is read from the selection's own viewpoint, as if it were the home team.
    side = CODES.HOME if inputs["selection"] == "SPREAD" else CODES[inputs["selection"]]
    quantity = distributions.Quantity.MARGIN if side is CODES.HOME else distributions.Quantity.TOTAL
    shape = distributions.ScoreDistribution(
        quantity,
        distributions.Shape.NORMAL,
        inputs["sigma"],
        tuple(inputs["support"]),
        tuple(inputs["weights"] or ()),
    )
    prices = (_decimal(inputs["close_american"]), _decimal(inputs["close_opposite_american"]))
    fair = devig(prices, DevigMethod(inputs["devig"])).probabilities[0]
    bet = _decimal(inputs["bet_american"])
    found = clv.clv_across_lines(shape, side, inputs["bet_line"], bet, inputs["close_line"], fair)
    return {
        "mu": found.location[0],
        "p_win_at_bet_line": found.win[0],
        "p_push_at_bet_line": found.push[0],
        "p_lose_at_bet_line": found.lose[0],
        "close_fair_prob_at_bet_line": found.fair[0],
        "clv_prob_devig": found.prob_devig[0],
        "clv_ev": found.ev[0],
    }


def _quoted(american):
    return None if american is None else Price.quoted(str(american), OddsFormat.AMERICAN)


def _quotes(inputs):
    return [
        BookQuote(
            shot["book"],
            datetime.fromisoformat(shot["captured_at"]),
            None if shot.get("line") is None else line_quarters(shot["line"]),
            _quoted(shot["american"]),
            _quoted(shot.get("opposite_american")),
            in_play=bool(shot.get("in_play")),
            suspended=bool(shot.get("suspended")),
        )
        for shot in inputs["snapshots"]
        if shot.get("american") is not None
    ]


def _line_and_price(quote):
    if quote is None:
        return {"line": None, "american": None}
    line = None if quote.line_quarters is None else quote.line_quarters / 4
    return {"line": line, "american": quote.price.american}


def _select(inputs):
    close = select_close(
        _quotes(inputs),
        starts_at=datetime.fromisoformat(inputs["start_time"]),
        reference_order=inputs["reference_order"],
        ticket_book=inputs["ticket_book"],
        max_age=timedelta(minutes=inputs["max_age_minutes"]),
    )
    quote = close.quote
    captured = None if quote is None else quote.captured_at.isoformat().replace("+00:00", "Z")
    book = None if quote is None else quote.book
    return {"book": book, "captured_at": captured, "quality": close.quality, **_line_and_price(quote)}


def _track(inputs):
    track = open_best_close(
        _quotes(inputs),
        side=Side(inputs["side"]),
        published_at=datetime.fromisoformat(inputs["published_at"]),
        starts_at=datetime.fromisoformat(inputs["start_time"]),
        book=inputs["book"],
    )
    return {
        "open": _line_and_price(track.open),
        "best_after_publish": _line_and_price(track.best_after_publish),
        "close": _line_and_price(track.close),
    }


def _aggregate(inputs):
    found = clv.clv_aggregate(inputs["clv_ev"], missing=inputs.get("missing", 0))
    return {
        "n": found.n,
        "n_missing": found.n_missing,
        "mean": found.mean,
        "sd": found.sd,
        "t_stat": found.t_stat,
        "beat_rate": found.beat_rate,
        "beat_rate_excl_zero": found.beat_rate_excl_zero,
    }


OPERATIONS = {
    "clv_points": _points,
    "clv_price": _price,
    "clv_across_lines": _across,
    "select_close": _select,
    "open_best_close": _track,
    "clv_aggregate": _aggregate,
}
