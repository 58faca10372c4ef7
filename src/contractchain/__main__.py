"""`python -m contractchain`: the same as `ctc`."""

import sys

from contractchain.cli import main

if __name__ == "__main__":
    sys.exit(main())
