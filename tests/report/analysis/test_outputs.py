"""The band of a calibrated bin."""

import numpy as np
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from activation_study.report.analysis.outputs import null_band


@given(confidence=st.floats(0.05, 0.95), count=st.integers(20, 2000))
def test_null_band_holds_what_a_calibrated_bin_shows(confidence, count):
    low, high = null_band(confidence, count)
    hits = np.arange(count + 1)
    inside = (hits / count - confidence >= low - 1e-9) & (hits / count - confidence <= high + 1e-9)
    assert scipy.stats.binom.pmf(hits[inside], count, confidence).sum() >= 0.95 - 1e-6
