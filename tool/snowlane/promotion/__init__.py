"""Carries one environment's branch to the next: which commits, what the gates say, merge, push, deployment.

Nothing here reads or writes the files of the checkout, or git's index.
"""
