"""The local account: a stand-in for Snowflake that speaks its protocol on loopback."""
