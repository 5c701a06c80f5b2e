"""What runs in the interpreter: scripts by name, their data, their configuration."""
