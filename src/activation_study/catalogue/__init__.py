"""What can be varied in an experiment: hidden activations, output heads, tasks and datasets."""
