"""Sportsbook sheets as workbooks: one row per team, visitor first, six leagues in three layouts.

What comes in is an xlsx file whose name may hold a year and a league; what goes out is a ParsedPayload.
Always true: two rows are one game only when they say so (V and H, or N and N with neighbouring rotation
numbers), so a lost row costs one game and never shifts the rest.
"""
