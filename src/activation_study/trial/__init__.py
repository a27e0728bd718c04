"""Puts an activation of one's own on trial: what it is, where it ranks, and where that turns."""
