"""How true the estimate of delivery is, on recorded or generated timelines."""
