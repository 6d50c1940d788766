"""Library of published models for rates."""
