"""WHAT IT MEANS: checks, causes, tables and pages made from a dataset; imports no simulator."""
