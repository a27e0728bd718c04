"""What is recorded: the working cache, the published tables, and both as data frames."""
