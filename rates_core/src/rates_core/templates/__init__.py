"""What a user writes: operators, nodes, edges, populations, connections and circuits, as immutable values."""
