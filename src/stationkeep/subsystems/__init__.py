"""HOW each part evolves: one file = Params, State, ask(), step(); subsystems never import each other."""
