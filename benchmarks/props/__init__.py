"""Player features written as a data scientist would, in polars and in pandas, and the invented logs to try them on."""
