"""Commands of whoever is on duty: what is sent, what is stopped, and what is wrong."""
