"""One run: from an experiment to a trained, watched and tested network."""

AVERAGE_DECAY = 0.998
"""Of the running average of the weights, a step."""

PROBE_SIZE = {"mlp": 1000, "cnn": 100}
"""Examples of the probe set, on which units are watched: the first ones of the validation part.

A unit of a convolution is seen at every position of each example, hence on more values.

Strict counts of dead units fall as this number grows, so it belongs to the protocol.
"""
