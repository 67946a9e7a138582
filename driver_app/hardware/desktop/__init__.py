"""A desktop or laptop computer: for development, and for a depot's desk."""
