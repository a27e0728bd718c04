"""Each target's bound is in, or out, exactly as its words say."""

import pytest

TWO, ALONE = "two processes, one thread each", "one process, the library's threads"


def made(**changes):
    """Results in which every figure lies exactly at its bound."""
    figures = {"ours": 1.6, "fit": 6.4, "jax": 1.6, "fit_alone": 5.6, "roofline": 1.0} | changes
    rows = [
        ("this engine", TWO, figures["ours"], 2),
        ("model.fit, defaults", TWO, figures["fit"], 2),
        ("model.fit, defaults", ALONE, figures["fit_alone"], 1),
        ("JAX, compiled", TWO, figures["jax"], 2),
    ]
    return {
        "rows": [
            {
                "name": name,
                "setting": setting,
                "processes": processes,
                "seconds_per_epoch": seconds,
                "epochs_per_second": processes / seconds,
            }
            for name, setting, seconds, processes in rows
            if seconds is not None
        ],
        "roofline": {"seconds_per_epoch": figures["roofline"]},
        "runs": {
            "runs_per_worker": 5,
            "epochs": 10,
            "elapsed_seconds": [36.0, figures.get("elapsed", 36.0)],
            "measure_shares": [0.1, figures.get("share", 0.25), 0.9],
            "peak_megabytes": [100.0, figures.get("peak", 900.0)],
        },
    }


def met(**changes):
    import targets

    return [target["met"] for target in targets.judge(made(**changes))]


def test_at_the_bound():
    import targets

    values = [target["value"] for target in targets.judge(made())]
    assert values == [7.0, 0.25, 1.0, 1.6, 1000.0, 0.25, 900.0]
    assert met() == [True, True, True, True, False, False, False]


def test_what_the_machine_allows():
    import targets

    # An epoch of 1.0 s where ours takes 1.6 s; five runs of ten epochs save 30 of their 36 s.
    limits = [target["at_roofline"] for target in targets.judge(made())]
    assert limits == [pytest.approx(11.2), 0.1562, 0.625, 1.0, 6000.0, None, None]
    # Who is faster than the roofline is not slowed down by it.
    fast = targets.judge(made(ours=0.5))
    assert fast[4]["at_roofline"] == fast[4]["value"] == 1000.0
    assert targets.judge(made(jax=None))[2]["at_roofline"] is None


@pytest.mark.parametrize(
    ("place", "changes", "expected"),
    [
        (0, {"fit_alone": 5.59}, False),
        (1, {"fit": 6.39}, False),
        (2, {"jax": 1.59}, False),
        (3, {"roofline": 0.99}, False),
        (4, {"elapsed": 35.9}, True),
        (5, {"share": 0.249}, True),
        (6, {"peak": 899.9}, True),
        (2, {"jax": None}, None),
    ],
)
def test_beside_the_bound(place, changes, expected):
    assert met(**changes)[place] is expected
    assert [*met(**changes)[:place], *met(**changes)[place + 1 :]] == [
        *met()[:place],
        *met()[place + 1 :],
    ]
