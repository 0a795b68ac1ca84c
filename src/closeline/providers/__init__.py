"""The feeds: one file or folder per format, each a pure function from bytes to what they say.

What comes in are bytes with a name and a time; what goes out is a ParsedPayload in the source's own
spellings. Always true: nothing here touches the network, the clock or the record; the same bytes give the
same output; what cannot be read is rejected with its reason and its place, so that prices received are quotes
plus prices rejected; and a file that cannot be read at all raises BadInput, never anything else.
"""
