"""Commands about live feeds: asking them now, and what asking costs."""
