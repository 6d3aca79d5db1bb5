"""ORBIT TOOLS a planner uses alone: launch windows, ascent payload, precise propagation, deorbit."""
