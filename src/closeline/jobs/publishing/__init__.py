"""Jobs of publishing: what carries messages to the channels, and what finds out whether doubtful ones arrived."""
