"""What is concluded from runs: statistics, verdicts, figures and tables."""
