"""How a run happens: from an experiment to a network, a trained run and a record."""
