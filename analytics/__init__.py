"""What it means: figures, exports, the evaluate command."""
