"""Other people's files: element sets, trajectories, space weather, results on disk."""
