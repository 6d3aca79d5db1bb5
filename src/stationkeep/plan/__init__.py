"""WHAT TO DO and what would have been: counterfactuals and plans."""
