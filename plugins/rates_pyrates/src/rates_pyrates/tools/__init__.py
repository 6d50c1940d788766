"""The public names of each tool, and what rates has for them."""
