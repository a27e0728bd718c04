"""Moved test images, against what they are said to be."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.ndimage

from activation_study.catalogue import datasets
from activation_study.catalogue.datasets.shifts import ANGLES, SPREADS, rotated, shifts

IMAGES = datasets.load("mnist-5k").test.images


def test_each_shift_begins_with_the_images_as_they_are():
    found = {(name, degree): images for name, degree, images in shifts(IMAGES[:50])}
    assert list(found) == [
        *(("rotation", angle) for angle in ANGLES),
        *(("noise", spread) for spread in SPREADS),
    ]
    for images in found.values():
        assert (images.dtype, images.shape) == (np.uint8, (50, 784))
    for name in ("rotation", "noise"):
        np.testing.assert_array_equal(found[name, 0.0], IMAGES[:50])


@pytest.mark.parametrize("angle", ANGLES)
def test_a_rotation_is_that_of_scipy(angle):
    stack = IMAGES[:50].reshape(-1, 28, 28)
    expected = scipy.ndimage.rotate(stack * 1.0, angle, axes=(2, 1), reshape=False, order=1)
    received = rotated(IMAGES[:50], angle).reshape(-1, 28, 28)
    # Rounded to bytes.
    np.testing.assert_allclose(received, expected, atol=0.501)
    if angle == 90:
        np.testing.assert_array_equal(received, np.rot90(stack, axes=(1, 2)))


def test_the_spread_of_the_noise_is_its_degree():
    grey = np.full((500, 784), 128, np.uint8)
    found = {degree: images for name, degree, images in shifts(grey) if name == "noise"}
    assert (found[0.1] / 255.0).std() == pytest.approx(0.1, rel=0.01)
    # The same draws at every degree, cut off at black and white.
    up, further = (found[degree].astype(int) - 128 for degree in (0.1, 0.3))
    inside = (found[0.3] > 0) & (found[0.3] < 255)
    np.testing.assert_allclose(further[inside], 3 * up[inside], atol=2)
    assert {0, 255} <= set(found[0.5].ravel())
