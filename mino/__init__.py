"""MINO: an evaluation workbench for AI web agents."""
