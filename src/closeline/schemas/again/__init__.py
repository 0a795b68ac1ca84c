"""Again: what a replay, a look back and a backfill answer."""
