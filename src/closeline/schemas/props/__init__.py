"""Player props as they cross the edge: forecasts, recommendations, trainings, a run of the pipeline, and its health."""
