"""The live board's memory: what was captured becomes the next board, and what its quotes were worth waits to be kept.

Comes in: sightings, as captures make them. Goes out: a new board on the shelf, and opinions for the record. Always
true: neither a shelf nor a database that fails raises into a capture; what fails is counted. It knows no desk.
"""
