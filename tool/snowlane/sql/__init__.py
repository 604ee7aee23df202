"""SQL text as tokens with offsets: names, statements and the mapping of logical names.

Pure: no account, no files, no command line.
"""
