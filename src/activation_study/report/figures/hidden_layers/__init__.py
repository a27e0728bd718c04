"""Figures of the pages on hidden layers."""
