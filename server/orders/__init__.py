"""Delivery notes: what is to be brought where, imported whole or not at all."""
