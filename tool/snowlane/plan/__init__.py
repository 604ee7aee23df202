"""The plan: what will be sent, in which order, and what it is made of.

Pure: facts go in, frozen dataclasses come out; `plan` and `migrate` read the same ones.
"""
