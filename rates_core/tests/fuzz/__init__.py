"""Models, equations and files made up by chance, and what has to hold for all of them."""
