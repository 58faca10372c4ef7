"""`python -m contractchain.cli`."""

import sys

from contractchain.cli import main

sys.exit(main())
