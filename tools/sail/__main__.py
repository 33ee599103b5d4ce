"""Entry point of `./sail`. The folder above becomes the import path, so that modules are `sail.NAME`."""
import os
import sys

sys.path[0] = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

from sail import cli  # noqa: E402  (the path comes first)

sys.exit(cli.main(sys.argv[1:]))
