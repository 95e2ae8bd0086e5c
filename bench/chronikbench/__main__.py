"""`python -m chronikbench`, which bench/run calls."""

import sys

from chronikbench import cli

sys.exit(cli.main())
