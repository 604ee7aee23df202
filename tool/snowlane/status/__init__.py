"""Where each environment stands, and what was deployed to it: facts, and how they are shown.

Pure: what an account answered goes in, dataclasses and texts come out.
"""
