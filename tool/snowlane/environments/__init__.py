"""Environments that are made from others: what is registered of them, and how a copy comes about.

Pure: facts go in, statements and findings come out.
"""
