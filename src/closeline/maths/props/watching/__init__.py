"""Watching: how forecasts of players hold up on games that their models had not seen, and whether anything drifts.

Arrays of forecasts and what was counted come in; figures with n, intervals and alarms go out. Nothing is fitted.
"""
