"""Dual numbers: automatic differentiation, forward mode, on arrays.

A dual number is a value with its derivative along one direction. Arithmetic on it applies the
rules of differentiation to the second part while it computes the first (Clifford, 1873; Wengert,
1964), so the derivative is exact up to rounding: no step size, hence no truncation error.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Dual:
    """Values and their derivatives along one direction.

    Attributes:
        value: float array of any shape.
        slope: derivative of each value, same shape.
    """

    value: np.ndarray
    slope: np.ndarray

    def __add__(self, other: Dual | float) -> Dual:
        other = constant(other)
        return Dual(self.value + other.value, self.slope + other.slope)

    __radd__ = __add__

    def __neg__(self) -> Dual:
        return Dual(-self.value, -self.slope)

    def __sub__(self, other: Dual | float) -> Dual:
        return self + -constant(other)

    def __rsub__(self, other: float) -> Dual:
        return constant(other) - self

    def __mul__(self, other: Dual | float) -> Dual:
        other = constant(other)
        return Dual(self.value * other.value, self.slope * other.value + self.value * other.slope)

    __rmul__ = __mul__

    def __truediv__(self, other: Dual | float) -> Dual:
        other = constant(other)
        quotient = self.value / other.value
        return Dual(quotient, (self.slope - quotient * other.slope) / other.value)

    def __rtruediv__(self, other: float) -> Dual:
        return constant(other) / self

    def sum(self) -> Dual:
        """Return the sum over the last axis, which is kept with length 1."""
        return Dual(self.value.sum(axis=-1, keepdims=True), self.slope.sum(axis=-1, keepdims=True))


def constant(number: Dual | float | np.ndarray) -> Dual:
    """Return a number as a dual number that does not vary; a dual number as it is."""
    if isinstance(number, Dual):
        return number
    value = np.asarray(number, dtype=float)
    return Dual(value, np.zeros_like(value))


def variable(values: np.ndarray, direction: np.ndarray | float = 1.0) -> Dual:
    """Return values that vary along a direction, broadcast to their shape."""
    return Dual(values, np.broadcast_to(np.asarray(direction, dtype=float), values.shape))


def exp(number: Dual) -> Dual:
    """Return the exponential."""
    value = np.exp(number.value)
    return Dual(value, value * number.slope)


def log(number: Dual) -> Dual:
    """Return the natural logarithm."""
    return Dual(np.log(number.value), number.slope / number.value)
