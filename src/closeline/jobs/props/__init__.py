"""Props jobs: import logs, train, predict a slate, recommend, and the pipeline of them all."""
