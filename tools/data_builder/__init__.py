"""Builders of the packaged tables, one module per subject. Run `python tools/build_data.py --facts DIR`."""
