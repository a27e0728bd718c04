"""How runs are made, measured and judged, as the pages say it."""

from __future__ import annotations

import math

from activation_study.catalogue import datasets
from activation_study.engine.records.records import Runs
from activation_study.engine.training import AVERAGE_DECAY, PROBE_SIZE
from activation_study.experiment import DEFAULT_LEARNING_RATE
from activation_study.measures import classification
from activation_study.measures.layers import dead_units
from activation_study.measures.metrics import label_of
from activation_study.report import claims
from activation_study.report.analysis.false_alarms import count_false_alarms
from activation_study.report.claims.box.wording import IMAGES
from activation_study.report.reproduction import tolerances
from activation_study.studies import Study


def protocol(study: Study) -> dict[str, str]:
    """How the runs of a study are made, measured and judged."""
    base, card = study.base, datasets.spec(study.base.dataset)
    rates, rules = study.tuning.rates, claims.read()
    own = study.default_seeds
    default_seeds = tuple(study.seeds(study.arms[0])) if own is None else own
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
        "default_seeds": str(len(default_seeds)),
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
        "margin_images": f"{IMAGES * rules.margins['test_accuracy']:.0f}",
        "spread_runs": str(len(tolerances.spread()["runs"])),
        "spread_conditions": str(len(tolerances.spread()["conditions"])),
        "tolerance_factor": f"{tolerances.FACTOR:g}",
        "high_rate": f"{tolerances.HIGH_RATE:g}",
        "standard_error": f"{100 * (0.98 * 0.02 / card.test_size) ** 0.5:.2f}",
    }


def false_alarms(runs: Runs) -> dict[str, str]:
    """What the tests say of the accuracy of arms that are compared with themselves."""
    rules, metric = claims.read(), "test_accuracy"
    found = count_false_alarms(runs, metric, rules.margins[metric], alpha=rules.alpha)
    return {
        "alarm_arms": str(found.num_arms),
        "alarm_comparisons": f"{found.num_comparisons:,}",
        "alarm_different": f"{100 * found.different:.1f}",
        "alarm_equivalent": f"{100 * found.equivalent:.0f}",
    }
