"""``python -m fixturegen``."""

from fixturegen.cli import main

if __name__ == "__main__":
    main()
