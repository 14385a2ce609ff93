"""A captured program as plain data: its values, entries and trees, how it runs, and how it is written."""
