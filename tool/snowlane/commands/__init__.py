"""One file a command; `snowlane.cli` loads each by its name when it is called.

A command module imports nothing at its top but click and what is as light: `--help` loads them all.
"""
