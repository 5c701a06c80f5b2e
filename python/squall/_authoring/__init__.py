"""What a test file imports: stages, hooks, placeholders, pools, checks, extractions."""
