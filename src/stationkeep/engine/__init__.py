"""WHEN things happen: compile a scenario, draw its chances, step it, record it."""
