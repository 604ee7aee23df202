"""Lints: what is wrong with revisions and objects, why, and what to paste instead.

Pure: facts in, findings out. One file a rule in `snowlane.lint.rules`; no account, no Alembic, no
git and no command line.
"""
