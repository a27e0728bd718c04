"""Put the everyday advice about activation functions on trial, on a laptop, with honest statistics."""
