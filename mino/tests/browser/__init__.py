"""Tests that drive a real Chromium over the running application."""
