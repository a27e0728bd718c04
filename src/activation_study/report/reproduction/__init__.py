"""What training again showed: audits and repetitions of the record."""
