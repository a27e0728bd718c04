"""The numbers that pages put into their prose, by the name under which a page glues them."""

from __future__ import annotations

import math

import numpy as np

from activation_study.catalogue import datasets
from activation_study.engine.records.records import Runs
from activation_study.engine.training import AVERAGE_DECAY, PROBE_SIZE
from activation_study.experiment import DEFAULT_LEARNING_RATE
from activation_study.measures import classification
from activation_study.measures.layers import dead_units
from activation_study.measures.metrics import label_of
from activation_study.registry import listed
from activation_study.report import claims
from activation_study.report.analysis.arms import with_head
from activation_study.report.analysis.failures import with_failures_counted
from activation_study.report.analysis.rates import chosen_rates, curve_runs, rank
from activation_study.report.claims.box.wording import IMAGES, Amounts, number_in_words
from activation_study.report.figures.looks import USED, spelled
from activation_study.report.reproduction import tolerances
from activation_study.studies import Study


def protocol(study: Study) -> dict[str, str]:
    """How the runs of a study are made, measured and judged."""
    base, card = study.base, datasets.spec(study.base.dataset)
    rates, rules = study.tuning.rates, claims.read()
    return {
        "layers": "-".join(["784", *[str(base.width)] * base.depth, "10"]),
        "dataset": base.dataset.replace("mnist", "MNIST"),
        "train_size": f"{card.train_size:,}",
        "validation_size": f"{card.validation_size:,}",
        "test_size": f"{card.test_size:,}",
        "optimizer": base.optimizer.capitalize(),
        "batch_size": str(base.batch_size),
        "epochs": str(base.epochs),
        "steps_per_epoch": f"{math.ceil(card.train_size / base.batch_size):,}",
        "initializer": base.initializer,
        "num_arms": str(len(study.arms)),
        "num_rates": str(len(rates)),
        "lowest_rate": f"{rates[0]:g}",
        "highest_rate": f"{rates[-1]:g}",
        "num_tuning_seeds": str(len(study.tuning.seeds)),
        "seeds": " or ".join(map(str, sorted({len(tuple(study.seeds(a))) for a in study.arms}))),
        "default_seeds": str(len(study.default_seeds or tuple(study.seeds(study.arms[0])))),
        "criteria": "\n".join(f"1. {label_of(name)}" for name in study.tuning.criteria),
        "average_step": f"{100 * (1 - AVERAGE_DECAY):.1f} %",
        "average_start": f"{1 / (1 - AVERAGE_DECAY):.0f}",
        "default_rate": f"{DEFAULT_LEARNING_RATE:g}",
        "probe_size": f"{PROBE_SIZE[base.architecture]:,}",
        "dead_slope": f"{dead_units.GRADIENT_DEAD_SLOPE:f}",
        "saturated_share": f"{100 * dead_units.SATURATED_SHARE_OF_MAXIMUM:g}",
        "bins": str(classification.BINS),
        "null_draws": str(classification.NULL_DRAWS),
        "high_probability": f"{classification.HIGH_PROBABILITY:g}",
        "alpha": f"{rules.alpha:g}",
        "margin": f"{100 * rules.margins['test_accuracy']:g}",
        "spread_runs": str(len(tolerances.spread()["runs"])),
        "spread_conditions": str(len(tolerances.spread()["conditions"])),
        "tolerance_factor": f"{tolerances.FACTOR:g}",
        "high_rate": f"{tolerances.HIGH_RATE:g}",
        "standard_error": f"{100 * (0.98 * 0.02 / card.test_size) ** 0.5:.2f}",
    }


def convergence(runs: Runs) -> dict[str, str]:
    """How the activations that people use end with softmax outputs, in images of 10,000.

    They are set beside the one that was best in the tuning runs, as the figure of the ranking does.
    What a wrong learning rate costs is measured on the validation images of the tuning runs: the
    median over the activations of what is lost at ten times, and at a tenth, of the chosen rate.
    """
    register = claims.read()
    found = rank(runs, excludes=register.best_excludes)
    ahead = IMAGES * found.rows.set_index("hidden")["effect"]
    ahead = ahead[ahead.index.isin(USED)].sort_values(ascending=False)
    margin = IMAGES * register.margins["test_accuracy"]
    is_near = ahead.abs() <= margin
    rates, curve = chosen_rates(runs.summary), curve_runs(with_head(runs.summary, "softmax"))
    curve = curve.assign(value=with_failures_counted(curve, "validation_accuracy"))
    table = curve.pivot_table("value", "learning_rate", "hidden")

    def lost(factor: float) -> str:
        costs = []
        for name in ahead.index:
            own, rate = table[name].dropna(), rates[name, "softmax"]
            chosen, moved = own.index.get_indexer([rate, factor * rate], method="nearest")
            costs.append(IMAGES * (own.iloc[chosen] - own.iloc[moved]))
        return f"{np.median(costs):.0f}"

    return {
        "num_runs": f"{len(runs.summary):,}",
        "num_used": number_in_words(len(ahead)),
        "num_near": number_in_words(int(is_near.sum())),
        "reference": spelled(found.reference),
        "others": listed(
            [
                f"{spelled(str(name))} ({abs(gap):.0f} {'more' if gap > 0 else 'fewer'})"
                for name, gap in ahead[~is_near].items()
            ]
        )
        or "none",
        "relu": Amounts("test_accuracy").change(ahead["relu"] / IMAGES),
        "first": spelled(ahead.index[0]),
        "last": spelled(ahead.index[-1]),
        "spread": f"{ahead.max() - ahead.min():.0f}",
        "margin": f"{margin:.0f}",
        "margin_points": f"{100 * margin / IMAGES:g}",
        "lost_at_ten_times": lost(10),
        "lost_at_a_tenth": lost(0.1),
        "num_at_default": str(int((rates == DEFAULT_LEARNING_RATE).sum())),
        "num_arms": str(len(rates)),
    }


def change(column: str, effect: float) -> str:
    """Say a difference as boxes do: "24 more of 10,000 test images are right"."""
    return Amounts(column).change(effect)
