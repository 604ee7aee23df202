"""The main job shown on made-up data: a platform is deployed, sales flow through it, its schema changes.

`story` tells it on a `platform` in a `scratch` copy of the project; `report` puts it into words.
"""
