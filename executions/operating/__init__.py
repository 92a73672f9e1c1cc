"""What operators see of a running MINO: signs of life, health, metrics, the staff page."""
