"""The engine of Auto-07p: its files are written, compiled and run in private directories, and its results read back."""
