"""The server and its built page: reads the public API, runs simulations in worker processes."""
