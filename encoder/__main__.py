"""`python -m encoder choose`: print the name of the encoder to use on this machine."""

import argparse
import sys

from encoder.choice import choose


def main() -> int:
    """Print the name on stdout and, where the offline encoder stands in, why on stderr."""
    parser = argparse.ArgumentParser(prog="python -m encoder", description=__doc__)
    parser.add_argument("command", choices=["choose"])
    parser.parse_args()
    name, reason = choose()
    if reason:
        print(reason, file=sys.stderr)
    print(name)
    return 0


if __name__ == "__main__":
    sys.exit(main())
