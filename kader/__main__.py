"""`python -m kader` is the command `kader`."""

from kader.cli import main

if __name__ == "__main__":
    main()
