"""Archives: files of past seasons, each source in a format of its own, with the pieces that several of them share."""
