"""What joins snowlane to the git repository it works in."""
