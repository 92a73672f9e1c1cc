"""The built-in agent: reads a page without any key, from what the page itself says about itself."""
