"""Work of the rows, written by hand for an array library as one who knows it would."""
