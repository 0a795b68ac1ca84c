"""Closeline: an auditable prediction desk for sports markets.

Odds come in, picks go out, and the record says how each was made. Ten verbs, in the order in which data flows:
capture, evaluate, forecast, gate, pick, publish, review, settle, tune, view. Each is a file in `flow/`.
"""

import os

# One thread for the matrix library: cut among several, its sums may differ in their last bit, and a record with them.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # noqa: TID251 -- read by the library as it is loaded


__version__ = "0.1.0"
