"""The doors for programs: the server and the keys to it."""
