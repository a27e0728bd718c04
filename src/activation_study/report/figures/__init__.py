"""Every figure of the book: each takes recorded runs, or a verdict, and returns a picture."""

from __future__ import annotations

from activation_study.report.drawing.picture import Picture
from activation_study.report.figures.compared import by_epoch, compared, over
from activation_study.report.figures.costs import growth
from activation_study.report.figures.functions import catalogue, temperature
from activation_study.report.figures.hidden_layers.centring import signs
from activation_study.report.figures.hidden_layers.deep import deep_networks, leaving_chance
from activation_study.report.figures.hidden_layers.doses import death_by_rate, death_doses
from activation_study.report.figures.hidden_layers.faults import faults
from activation_study.report.figures.hidden_layers.gradients import birth_gradients, birth_profile
from activation_study.report.figures.hidden_layers.linear import (
    by_width,
    largest_outputs,
    side_by_side,
)
from activation_study.report.figures.hidden_layers.lives import (
    born_dead,
    death_causes,
    life_histories,
    second_lives,
)
from activation_study.report.figures.hidden_layers.softmax_layers import (
    mended_softmax,
    spread_by_layer,
)
from activation_study.report.figures.hidden_layers.which_one import settings_matrix, variance_shares
from activation_study.report.figures.hidden_layers.winners import budgets, chance_matrix, seed_ranks
from activation_study.report.figures.interactive.bench import softmax_bench
from activation_study.report.figures.interactive.explorer import explorer
from activation_study.report.figures.interactive.lab import activation_lab
from activation_study.report.figures.interactive.rates import rate_duel
from activation_study.report.figures.learning_curves import (
    convergence,
    early_training,
    speed,
)
from activation_study.report.figures.output_layers.answers import mistakes, strip
from activation_study.report.figures.output_layers.classes import regions
from activation_study.report.figures.output_layers.gallery import gallery
from activation_study.report.figures.output_layers.labels import by_frequency, thresholds
from activation_study.report.figures.output_layers.numbers import predictions
from activation_study.report.figures.output_layers.pairs import pairs
from activation_study.report.figures.output_layers.probabilities import (
    calibration_null,
    counting,
    output_sums,
    reliability,
    second_choices,
    target_probability,
)
from activation_study.report.figures.output_layers.skills import skill
from activation_study.report.figures.output_layers.unknowns import unknown_gallery, unknowns
from activation_study.report.figures.rankings import (
    averaging,
    default_against_tuned,
    head_effect,
    ranking,
)
from activation_study.report.figures.rates import (
    head_effect_by_rate,
    rate_curve,
    rate_differences,
)
from activation_study.report.figures.surprises import surprises

__all__ = [
    "Picture",
    "activation_lab",
    "averaging",
    "birth_gradients",
    "birth_profile",
    "born_dead",
    "budgets",
    "by_epoch",
    "by_frequency",
    "by_width",
    "calibration_null",
    "catalogue",
    "chance_matrix",
    "compared",
    "convergence",
    "counting",
    "death_by_rate",
    "death_causes",
    "death_doses",
    "deep_networks",
    "default_against_tuned",
    "early_training",
    "explorer",
    "faults",
    "gallery",
    "growth",
    "head_effect",
    "head_effect_by_rate",
    "largest_outputs",
    "leaving_chance",
    "life_histories",
    "mended_softmax",
    "mistakes",
    "output_sums",
    "over",
    "pairs",
    "predictions",
    "ranking",
    "rate_curve",
    "rate_differences",
    "rate_duel",
    "regions",
    "reliability",
    "second_choices",
    "second_lives",
    "seed_ranks",
    "settings_matrix",
    "side_by_side",
    "signs",
    "skill",
    "softmax_bench",
    "speed",
    "spread_by_layer",
    "strip",
    "surprises",
    "target_probability",
    "temperature",
    "thresholds",
    "unknown_gallery",
    "unknowns",
    "variance_shares",
]
