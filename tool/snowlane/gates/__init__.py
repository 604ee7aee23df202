"""What must hold before an environment is changed: one file a gate, facts in, a verdict out.

Pure: who gathers the facts, and what happens after a verdict, is not known here.
"""
