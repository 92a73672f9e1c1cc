"""What is wanted: projects, instruction versions, batches, columns, rows, importing."""
