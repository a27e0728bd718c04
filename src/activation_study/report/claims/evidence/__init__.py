"""What recorded runs and demonstrations say of a rule, before the words."""
