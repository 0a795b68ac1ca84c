"""Keeping the record: its schema, its report, its proofs; and the ledger of one's own bets."""
