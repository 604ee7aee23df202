"""Queries and DML: Snowflake SQL resolved against the catalog, translated for DuckDB and run there."""
