"""Where a live environment differs from what its revisions and objects produce.

Pure: two inventories go in, findings in the words of the mending revision come out.
"""
