"""What the engine costs, beside others and beside what the machine allows.

    python benchmarks/bench.py [--short] [--output FILE]

Trains the reference network on MNIST by this engine, by ``model.fit`` and, where they are
installed, by PyTorch and JAX (``pip install torch==2.13.0 jax``), each in processes of its own that
take turns epoch by epoch; measures the roofline in the same way (see ``roofline.py``), then whole
runs with all measures, growth, and the cost of handing runs out to a cluster (``scheduling.py``).
Takes ten to fifteen minutes on two quiet cores. Prints tables and writes ``results.json`` beside
this file: versions and machine, every measured epoch, what was computed from them, and the targets,
met or not.
"""

from __future__ import annotations

import argparse
import datetime
import importlib.util
import json
import os
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

import contenders as names
import roofline_sum
import scheduling
import targets
from measuring import measure
from plan import FULL, SHORT, Plan

RESULTS = Path(__file__).with_name("results.json")


def main(arguments: Sequence[str] | None = None) -> None:
    """Measures, writes the file and prints it as tables."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument(
        "--short",
        action="store_true",
        help="a few images, once: tries every line, and its figures say nothing",
    )
    parser.add_argument("--output", type=Path, help="default: results.json; needed with --short")
    options = parser.parse_args(arguments)
    if options.short and options.output is None:
        parser.error("--short needs --output: its figures must not replace the measured ones")
    output = options.output or RESULTS
    results = results_of(SHORT if options.short else FULL)
    output.write_text(json.dumps(results, indent=1) + "\n")
    _show(output)


def results_of(plan: Plan) -> dict[str, Any]:
    """Measures everything by a plan; returns what the file holds."""
    measured = measure(plan)
    results: dict[str, Any] = {
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "short": plan is SHORT,
        "machine": _machine(),
        "dataset": plan.dataset,
        "num_images": plan.num_images,
        "rows": measured["rows"],
        "roofline": roofline_sum.add_up(plan, measured["parts"]),
        "runs": measured["runs"],
        "growth": measured["growth"],
        "scheduling": scheduling.measure(plan),
    }
    results["targets"] = targets.judge(results)
    return results


def _machine() -> dict[str, Any]:
    from activation_study.engine.training import provenance

    others = {
        contender.needs: metadata.version(contender.needs)
        for contender in names.CONTENDERS
        if contender.needs and importlib.util.find_spec(contender.needs)
    }
    return provenance.of_this_process() | others | {"cores": os.cpu_count()}


def _show(path: Path) -> None:
    from activation_study.report.tables import costs

    tables = (costs.epochs, costs.targets, costs.roofline, costs.growth_table, costs.scheduling)
    for table in tables:
        print(f"\n{table(path)}")
    print(f"\nwritten: {path}")


if __name__ == "__main__":
    main()
