"""Figures of what a network says: its pictures, targets and answers, whatever the targets are."""
