"""Makes a standing environment anew from its source: cloned aside, then exchanged for the copy.

Each step reads what is there and leaves what it finds done; the registry tells where it stopped.
"""
