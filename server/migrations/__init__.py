"""The database's form, step by step (Alembic). One set of models, two databases."""
