"""What runs by itself in an environment: tasks, streams, pipes and alerts, as facts and as decisions.

Pure: adapters bring the facts; which statements park a pipeline, put it back and run it is decided here.
"""
