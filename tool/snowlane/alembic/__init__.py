"""What joins snowlane to Alembic: its history, its operations, and revisions as statements.

Importing this package costs little; its modules import Alembic and SQLAlchemy.
"""
