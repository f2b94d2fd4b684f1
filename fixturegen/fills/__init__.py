"""Who fills the draws, and the engine that computes rows from them."""
