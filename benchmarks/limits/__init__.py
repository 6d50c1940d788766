"""What no implementation beats: kernels in C, compiled on the spot."""
