"""Remarks: what a reader of a report must know before he believes a figure of it."""

from closeline.schemas.bets import LedgerReport

FEW = 100
FEW_DAYS = 30
TOO_GOOD_RATE = 0.60
LOSING_ROI = -0.08
FAR = 2.0


def remarks(report: LedgerReport, days: int, *, even: bool, ruined: bool) -> list[str]:
    """Return the remarks on a report of so many days; `even`: prices near even money, `ruined`: money ran out."""
    n = report.settled
    said = [f"past results, settled bets {n}: what was, with what chance does to it; they promise nothing of the next"]
    if 0 < n < FEW:
        said.append(f"settled bets are few, {n}: at even money the ROI of a hundred has an error of 10 %")
    if 0 < days < FEW_DAYS and report.bankroll is not None:
        said.append(f"{days} days say nothing of a year: the Sharpe ratio per year is that of these days, scaled")
    if report.open:
        said.append(f"open bets: {report.open}, in no figure but their own number and stakes")
    if report.bankroll is None:
        said.append("no bankroll was set: no ROC, no annualised Sharpe ratio, no drawdown as a share")
    if ruined:
        said.append("the bankroll was used up on some day: deposits are missing, or stakes were not of this bankroll")
    if report.close.without and n:
        said.append(f"{report.close.without} settled bets have no close: nothing is put in their place")
    return said + _warnings(report, even=even)


def _warnings(report: LedgerReport, *, even: bool) -> list[str]:
    said = []
    decided = report.wins + report.losses
    if even and decided >= FEW and report.win_rate is not None and report.win_rate > TOO_GOOD_RATE:
        said.append(
            f"TOO_GOOD: {report.win_rate:.1%} won near even money is beyond what is attainable; look for a fault"
        )
    value, z = report.roi.value, report.roi.z
    if value is not None and z is not None and value < LOSING_ROI and z < -FAR:
        said.append(f"LOSING: an ROI of {value:+.1%} lies {-z:.1f} standard errors below nought")
    mean = report.close.mean_clv_ev
    if mean is not None and mean < 0 and report.close.n >= 2 * FEW:
        said.append(f"BEHIND_THE_CLOSE: {report.close.n} bets were worth {mean:+.2%} at the close on average")
    return said
