"""Closeline: an auditable prediction desk for sports markets.

Odds come in, picks go out, and the record says how each was made. Ten verbs, in the order in which data flows:
capture, evaluate, forecast, gate, pick, publish, review, settle, tune, view. Each is a file in `flow/`.
"""

__version__ = "0.1.0"
