"""The truth of a batch as a spreadsheet: pieces of rows, what is saved together, and what is known about one cell."""
