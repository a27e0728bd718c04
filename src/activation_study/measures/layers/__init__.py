"""What is seen of one hidden layer: which of its units work, and how its gradients lie."""
