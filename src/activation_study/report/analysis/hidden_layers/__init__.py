"""Numbers of the pages on hidden layers."""
