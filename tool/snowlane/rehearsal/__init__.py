"""What a rehearsal must show, how it is written down, and how it is told. Pure.

`snowlane.rehearsing` makes the copy, runs the plan on it and takes the copy away.
"""
