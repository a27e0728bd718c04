"""What the pages on hidden layers say: one module a page."""

from activation_study.facts.hidden_layers.faults import faults, recorded_faults

__all__ = ["faults", "recorded_faults"]
