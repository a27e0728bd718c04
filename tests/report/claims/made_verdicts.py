"""Made-up verdicts, one of every label."""

from __future__ import annotations

from typing import Any

from activation_study.report.claims.claim import Claim
from activation_study.report.claims.verdict import Check, Primary, Row, Score, Verdict
from report.claims import claim_frames

HIDDEN = ("ReLU", "tanh", "sigmoid", "ELU", "GELU")


OF_HEADS = {
    "registered": "2026-11-26",
    "study": "core-2",
    "reading": "averaged",
    "criterion": "averaged_validation_accuracy",
    "forecast": {"direction": "not shown", "size": "open", "low": -0.001, "high": 0.001},
    "tried": "MNIST, two hidden layers of 128 units.",
    "not_tried": "hundreds of classes, rare classes, noisy labels.",
    "why": "A sigmoid does not know of the other classes.",
}


def contrast(**changes: Any) -> dict[str, Any]:
    own = {
        "arm": {"head": "sigmoid"},
        "reference": {"head": "softmax"},
        "over": {"hidden": ["relu", "tanh", "sigmoid", "elu", "gelu"]},
        "expected": "lower",
        "margin": 0.002,
        "sides": ["softmax better", "sigmoids better"],
        "sentence": "With ten sigmoids instead of softmax {change}, in the mean over {settings}.",
    }
    return claim_frames.contrast(**OF_HEADS | own | changes)


def count() -> dict[str, Any]:
    own = {"among": "all", "at_least": 0.8, "rate": "default", "criterion": None}
    own["sentence"] = "Of {n} activations {k} are shown to reach {bound}."
    return claim_frames.count(**OF_HEADS | own)


def demonstration() -> dict[str, Any]:
    bounds = {"relation": "<=", "bound": 1e-14, "reason": "10 terms, each rounded at 1.1e-16"}
    return {
        "kind": "demonstration",
        "registered": "2026-11-23",
        "why": "Divided by their sum, they sum to 1.",
        "demonstration": "softmax-distribution",
        "checks": {"max_sum_error": bounds},
        "scope": {"varied": "The scores.", "fixed": "Ten classes.", "would_flip": "Overflow."},
    }


def claim(name: str, rule: dict[str, Any] | None, **fields: Any) -> Claim:
    said = {"assertion": "Sigmoid outputs are the wrong choice for exclusive classes."} | fields
    return Claim.model_validate({"id": name, "chapter": "softmax-or-sigmoid", "rule": rule} | said)


def row(name: str, effect: float, direction: str = "not shown", **changes: Any) -> Row:
    rates = {"arm_rate": 0.001, "reference_rate": 0.001}
    numbers = {"effect": effect, "low": effect - 0.0007, "high": effect + 0.0007}
    answer = {"num_seeds": 30, "p_value": 0.012, "direction": direction, "size": "open"}
    return Row(**({"name": name} | numbers | rates | answer | changes))


def primary(effect: float, direction: str, size: str, **changes: Any) -> Primary:
    numbers = {"effect": effect, "low": effect - 0.0004, "high": effect + 0.0004}
    numbers |= {
        "low_90": effect - 0.0003,
        "high_90": effect + 0.0003,
        "margin": 0.002,
        "reference": 0.97,
    }
    tests = {"p_value": 0.00003, "holm_p": 0.0004, "num_seeds": 30}
    return Primary(**(numbers | tests | {"direction": direction, "size": size} | changes))


def rows(*effects: float, direction: str = "not shown") -> tuple[Row, ...]:
    return tuple(
        row(name, effect, direction) for name, effect in zip(HIDDEN, effects, strict=False)
    )


def verdict(
    made: Claim, status: str = "judged", label: str = "cannot tell", **rest: Any
) -> Verdict:
    numbers = {
        "keys": frozenset("abc"),
        "num_study_runs": 2558,
        "forecast": Score(True, True, False),
    }
    return Verdict(made, status, label, **((numbers if status == "judged" else {}) | rest))


def answered(direction: str, size: str, expected: str = "higher") -> Verdict:
    """Make the verdict on a contrast that came out so."""
    shown = primary(0.02, direction, size, reference=0.7)
    return verdict(claim("made", contrast(expected=expected)), primary=shown)


def every_label() -> list[Verdict]:
    rule = contrast()
    advice = "keep softmax if you want one distribution; do not expect accuracy from the swap."
    history = {"fate": "mended", "date": "2026-11-26", "reason": "Its word hid the result."}
    note = {"date": "2026-12-01", "text": "The scope named tuned rates; all are at the default."}
    full = {"advice": advice, "first_round": history, "notes": [note]}
    sources = {"said_by": ["course"], "studied_in": ["lu-2019"]}
    small = "too small to matter"
    nll = contrast(metric="test_nll", margin=None, relative_margin=0.2)
    nll["sides"] = ["sigmoids better", "softmax better"]
    return [
        verdict(
            claim("all-true", contrast(expected="higher"), **full, **sources),
            label="came true",
            primary=primary(0.0031, "as claimed", "matters"),
            rows=rows(0.0041, 0.003, 0.0026, 0.0031, 0.0028, direction="as claimed"),
        ),
        verdict(
            claim("true-but-small", rule),
            label=f"came true, but {small}",
            primary=primary(-0.0009, "as claimed", small),
            rows=rows(-0.0012, -0.0008, -0.0007),
        ),
        verdict(
            claim("true-size-open", nll),
            label="came true, size open",
            primary=primary(-0.0123, "as claimed", "open", low=-0.02, high=-0.005, margin=0.0131),
            rows=tuple(
                row(name, effect, "as claimed", low=effect - 0.009, high=effect + 0.009)
                for name, effect in zip(HIDDEN, (-0.02, -0.01, -0.006), strict=False)
            ),
        ),
        verdict(
            claim("not-true", rule, **full),
            label=f"did not come true: {small}",
            primary=primary(0.00002, "not shown", small),
            rows=(
                row("ReLU", 0.0012, "contrary"),
                row("tanh", 0.0005),
                row("sigmoid", -0.0015, "as claimed"),
                row("ELU", 0.0009, arm_rate=0.00316),
                row("GELU", -0.0003, merged=("GELU, default rate",)),
            ),
        ),
        verdict(
            claim("wrong-way", rule),
            label="opposite",
            primary=primary(0.0072, "contrary", "matters"),
            rows=rows(0.0071, 0.0073, direction="contrary"),
        ),
        verdict(
            claim("wrong-way-small", rule),
            label=f"opposite, but {small}",
            primary=primary(0.0009, "contrary", small),
            rows=rows(0.0009),
        ),
        verdict(
            claim("wrong-way-open", rule),
            label="opposite, size open",
            primary=primary(0.0021, "contrary", "open"),
            rows=rows(0.0019, 0.0023, direction="contrary"),
        ),
        verdict(
            claim("nobody-knows", contrast(over={})),
            label="cannot tell",
            primary=primary(0.0011, "not shown", "open", low=-0.002, high=0.0042),
            rows=rows(0.0011),
        ),
        verdict(
            claim("it-depends", rule, **full),
            label="depends on hidden activation: 2 of 4",
            primary=primary(-0.002, "as claimed", "open"),
            rows=(
                row("ReLU", -0.0061, "as claimed"),
                row("tanh", -0.0043, "as claimed"),
                row("sigmoid", 0.0003),
                row("ELU", 0.0037, "contrary"),
            ),
            depends_on=("hidden",),
        ),
        verdict(
            claim("many", count(), **full),
            label="17 of 20",
            rows=tuple(
                row(
                    f"function {place}",
                    0.98 - 0.0001 * place**2,
                    "as claimed" if place < 17 else "not shown",
                    reference_rate=None,
                )
                for place in range(20)
            ),
        ),
        *(
            verdict(
                claim(f"computed-{answer.replace(' ', '-')}", demonstration()),
                "demonstrated",
                answer,
                checks=(
                    Check(
                        "max_sum_error",
                        value,
                        "<=",
                        1e-14,
                        "10 terms, each rounded at 1.1e-16",
                        value <= 1e-14,
                        found,
                    ),
                ),
            )
            for answer, value, found in [
                ("holds", 6e-16, "the outputs' sum differs from 1 by at most {value}"),
                ("does not hold", 0.03, ""),
            ]
        ),
        verdict(claim("later", None), "not tried yet", "not tried yet"),
        verdict(
            claim(
                "gone", {"kind": "withdrawn", "registered": "2026-11-26", "why": "It was vague."}
            ),
            "withdrawn",
            "withdrawn",
            reason="It was vague.",
        ),
        verdict(
            claim("lacking", rule),
            "incomplete record",
            "no answer yet",
            reason="needs runs of the study 'core-2', received none",
            forecast=None,
        ),
        verdict(
            claim("thinned", rule),
            label="cannot tell",
            primary=primary(0.0011, "not shown", "open"),
            rows=rows(0.0011, 0.0001),
            tier="quick",
        ),
    ]
