"""snowlane: schema migrations and environment promotion for Snowflake."""

__version__ = "0.1.0"
