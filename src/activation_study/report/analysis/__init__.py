"""Numbers from recorded runs: data frames in, data frames out; nothing here draws."""
