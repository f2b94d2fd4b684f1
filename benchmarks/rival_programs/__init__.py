"""Programs of rivals, each run by the environment that holds it: size, folder, runs; the last line it prints is JSON."""
