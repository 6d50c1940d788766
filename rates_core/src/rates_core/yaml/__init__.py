"""Model files: read with their references, checked, and written without loss."""
