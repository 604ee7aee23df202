"""What joins snowlane to the git repository it works in.

Importing this package costs little; its modules import GitPython.
"""
