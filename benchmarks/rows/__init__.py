"""One module per kind of work; each offers `rows(settings)`."""
