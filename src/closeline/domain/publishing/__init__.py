"""Publishing: how a pick is named, worded and carried."""
