"""The ladder: forward, what is kept, and backward in one drawing."""
