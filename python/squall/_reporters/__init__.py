"""What the classes of `squall.reporters` are made of."""
