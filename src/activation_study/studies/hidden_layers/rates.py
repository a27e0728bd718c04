"""Where the tuning of each optimizer begins: four half decades, which an edge extends."""

SGD_RATES = (3.16e-2, 0.1, 0.316, 1.0)
MOMENTUM_RATES = (3.16e-3, 1e-2, 3.16e-2, 0.1)
