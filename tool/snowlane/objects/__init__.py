"""Replaceable SQL objects: what a file defines, what it needs, and in which order files apply.

Pure: no account, no command line.
"""
