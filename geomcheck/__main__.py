"""Run the command line as ``python -m geomcheck``."""

from geomcheck.cli import main

if __name__ == "__main__":
    main()
