"""Environment files and the project directory they stand in.

Pure but for reading files: knows no account, no git and no command line.
"""
