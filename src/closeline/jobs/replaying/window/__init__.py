"""Window: the last days of a record, replayed from its raw bytes into an empty one, and both held side by side."""
