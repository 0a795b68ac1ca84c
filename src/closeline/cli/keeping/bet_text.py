"""What `closeline bets` prints for people."""

from typing import TYPE_CHECKING

from closeline.cli.printing import number, print_table, say

if TYPE_CHECKING:
    from closeline.schemas.bets import BetLife, BetReport, LedgerReport, Ratio, Sharpe, ShownBet

BETS = ("bet", "placed at", "event", "what", "book", "price#", "stake#", "in", "state", "profit#", "why")
STEPS = ("#", "step", "result", "of stake#", "profit#", "replaces", "rules", "result of", "who", "when", "why")
COHORTS = ("by", "name", "bets#", "settled#", "turnover#", "profit#", "won %#", "ROI %#", "low#", "high#")
FIGURES = ("figure", "value#", "error#", "z#", "95 % low#", "high#", "n#")


def bet_row(item: "ShownBet") -> tuple[object, ...]:
    """Return one bet as a row of BETS."""
    state = item.result if item.state == "SETTLED" else item.state
    half = " half" if item.settled_fraction == 0.5 else ""
    return (
        item.bet_id, f"{item.placed_at:%Y-%m-%d %H:%M}", item.event_id, item.label, item.book, item.price, item.stake,
        item.denomination, f"{state}{half}{' by hand' if item.by_hand else ''}", item.profit, item.reason,
    )  # fmt: skip


def say_life(found: "BetLife") -> None:
    """Print one bet with all its steps."""
    print_table("Bet", BETS, [bet_row(found.bet)])
    if found.held:
        say(f"held: {found.held}")
    print_table("Steps, the last of which counts", STEPS, [
        (
            step.seq, step.kind, step.result, step.settled_fraction, step.profit, step.supersedes, step.rules,
            step.evidence, f"{step.actor}{' by hand' if step.by_hand else ''}", f"{step.at:%Y-%m-%d %H:%M}",
            step.reason,
        )
        for step in found.steps
    ])  # fmt: skip
    close = found.close
    if close is None:
        say("close: the game has not begun")
    elif close.missing:
        say(f"close: none, {close.missing}")
    else:
        worth = f"{number(100 * (close.clv_ev or 0.0), 2, signed=True)} % at the bet's own price"
        say(f"close: worth {worth}; chance {number(close.q_close, 4)} without a push")


def say_report(found: "BetReport") -> None:
    """Print the report of each denomination."""
    if not found.ledgers:
        say("no bet; write one down with closeline bets add")
    for ledger in found.ledgers:
        _say_ledger(ledger)


def _say_ledger(found: "LedgerReport") -> None:
    code = found.denomination
    decided = f"{number(found.wins, 1)} won, {number(found.losses, 1)} lost, {found.pushes} pushed"
    say(f"{code}: {found.bets} bets, {found.settled} settled ({decided}), {found.voids} void, {found.open} open")
    rate = f"{_percent(found.win_rate)} %"
    say(f"turnover {found.turnover}, profit {found.profit}, win rate {rate}; at stake {found.at_stake}")
    bankroll = found.bankroll
    if bankroll is not None:
        flows = f"{bankroll.starting} + {bankroll.deposits} - {bankroll.withdrawals}"
        say(f"bankroll {flows} and profit {bankroll.profit} = {bankroll.balance}")
        say(f"ROC {_percent(bankroll.roc)} % of the starting bankroll, which is not the ROI")
    print_table("Figures, intervals by event or day", FIGURES, _figures(found))
    _say_course(found)
    _say_expected(found)
    print_table("Cohorts", COHORTS, [
        (
            item.kind, item.name, item.bets, item.settled, item.turnover, item.profit, _percent(item.win_rate),
            _percent(item.roi.value), _percent(item.roi.low), _percent(item.roi.high),
        )
        for item in found.cohorts
    ])  # fmt: skip
    say(f"{found.resamples} resamples from seed {found.seed}")
    for note in found.notes:
        say(f"note: {note}")


def _figures(found: "LedgerReport") -> list[tuple[object, ...]]:
    rows = [_ratio("ROI = yield %", found.roi)]
    rows += _sharpe("Sharpe per bet", found.sharpe_per_bet)
    rows += _sharpe("Sharpe per year, by day", found.sharpe_annualised)
    return rows


def _ratio(name: str, found: "Ratio") -> tuple[object, ...]:
    return (
        name, _percent(found.value), _percent(found.standard_error), number(found.z, 2, signed=True),
        _percent(found.low), _percent(found.high), f"{found.events} events",
    )  # fmt: skip


def _sharpe(name: str, found: "Sharpe | None") -> list[tuple[object, ...]]:
    if found is None:
        return []
    return [(
        name, number(found.ratio, 4), None, f"t {number(found.t, 2, signed=True)}", number(found.low, 4),
        number(found.high, 4), found.n,
    )]  # fmt: skip


def _say_course(found: "LedgerReport") -> None:
    fall = found.drawdown
    if fall is None:
        return
    share = "" if fall.fraction is None else f", {_percent(fall.fraction)} % of the peak over {fall.fraction_days} days"
    end = f"made good on {fall.recovered_on}" if fall.recovered_on else "not made good yet"
    when = f" from {fall.peak_on} to {fall.trough_on}, {end} ({fall.days} days)" if fall.trough_on else ""
    say(f"max drawdown {fall.depth}{when}{share}")
    say(f"such bets in another order of days: max drawdown {number(fall.expected, 2)} on average, "
        f"95 % from {number(fall.expected_low, 2)} to {number(fall.expected_high, 2)}")  # fmt: skip
    if found.growth is not None:
        total, each, year = (
            number(part, 6, signed=True)
            for part in (found.growth.log_growth, found.growth.per_bet, found.growth.per_year)
        )
        say(f"log growth {total}, per bet {each}, per year {year}")


def _say_expected(found: "LedgerReport") -> None:
    model, close = found.model, found.close
    columns = ("expected by", "expected#", "realised#", "z#", "mean %#", "95 % low#", "high#", "n#", "without#")
    print_table("Expected beside realised", columns, [
        ("picks", _plain(model.expected), _plain(model.realised), number(model.z, 2, signed=True), None, None, None,
         model.n, model.without),
        ("closes", _plain(close.expected), _plain(close.realised), None, _percent(close.mean_clv_ev),
         _percent(close.low), _percent(close.high), close.n, close.without),
    ])  # fmt: skip


def _plain(value: float | None) -> str:
    return number(value, 2, signed=True)


def _percent(value: float | None) -> str:
    return number(None if value is None else 100 * value, 2)
