"""Many runs: what is missing is trained by the processes of one machine, or of many."""
