"""Makes an environment from another one: one file a step.

Each step reads what is there, asks `snowlane.environments` what to do and does it; it may be done
again, and leaves what it finds done.
"""
