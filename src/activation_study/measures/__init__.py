"""What is recorded about a run, as functions of arrays.

Nothing here knows of experiments, Keras or TensorFlow.
"""
