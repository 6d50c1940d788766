"""What the sessions of the noxfile are made of: members, environments, suites, checks of layers and of starters."""
