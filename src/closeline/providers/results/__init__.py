"""Result feeds: bytes of scoreboards come in, and what each says has become of its games goes out.

Always true: a game is final only where the feed's own word for its status says so and nothing in the record contradicts
it, sides are found by name and never by their place, and a status that is not known is set aside, never guessed.
"""
