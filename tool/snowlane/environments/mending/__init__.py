"""How the references of a copy are taken to its own databases: one file a way of doing it.

Pure: an object as the copy has it goes in, the statements that mend it come out.
"""
