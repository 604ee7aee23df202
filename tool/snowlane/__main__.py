"""`python -m snowlane`."""

from snowlane.cli import main

main()
