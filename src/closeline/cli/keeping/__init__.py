"""Keeping the record: its schema, its report, its proofs."""
