"""What joins snowlane to an account: sessions, what is read from it, what is written to it."""
