"""Tests of organizations' own sign-in."""
