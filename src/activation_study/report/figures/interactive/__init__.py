"""Figures that a reader can touch: each is drawn in its first state, with the data for others."""
