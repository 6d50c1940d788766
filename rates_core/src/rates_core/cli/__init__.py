"""The command line: `rates` and its sub-commands, which are offered by plugins as everything else is."""
