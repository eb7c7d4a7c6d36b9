"""Run the command line as `python -m shophelm`."""

from shophelm.cli import main

if __name__ == "__main__":
    main()
