"""Restore points: what is kept before a deployment, and the plan that brings it back.

Pure: facts in, statements out. Knows neither an account nor the command line.
"""
