"""Define a dynamical system once and run it on any backend: templates, network, system, plugin hooks."""
