"""One run: from an experiment to a trained, watched and tested network."""
