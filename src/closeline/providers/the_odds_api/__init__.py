"""The Odds API, version 4: current, per-event and historical odds, and scores.

What comes in is one recorded or fetched response; what goes out is a ParsedPayload. Always true: an outcome
is known by its name and never by its position; the prices of one response are all American or all decimal;
what an exchange asks from layers is no price to back at.
"""
