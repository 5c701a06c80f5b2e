"""One module per question. Each has `measure(bench) -> Section`."""
