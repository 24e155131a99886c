"""What a model can learn before it sees a single review with a label."""
