"""snowlane: schema migrations and environment promotion for Snowflake."""
