"""What is put on trial: how it is given, what it is akin to, how it is used."""
