"""Run the command line as `python -m shophelm`."""

from shophelm.cli import main

main()
