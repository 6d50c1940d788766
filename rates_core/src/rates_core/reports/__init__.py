"""What a model is, for people to read: equations, parameters, structure and citations as text and pictures."""
