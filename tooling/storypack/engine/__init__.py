"""Running SPL on DuckDB: reading events, search-time knowledge, one file per command family."""
