"""Measures of targets that are numbers, and of the parts of a whole."""
