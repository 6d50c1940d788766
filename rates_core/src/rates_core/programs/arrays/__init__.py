"""Programs in the language of an array library: pure functions of arrays that may have batch axes in front."""
