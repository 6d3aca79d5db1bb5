"""`python -m stationkeep`: the command line."""

from .cli import main

main()
