"""The analytics pages: figures as charts, each with the table behind it and a way to the rows."""
