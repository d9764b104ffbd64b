"""`python -m encoder [NAME]`: load an encoder and say what it is; the one a new table would get
by default."""

import json
import sys
from typing import Any

from commandline import DONE, Parser, run_program
from encoder.choice import choose
from encoder.errors import EncoderError
from encoder.load import load_encoder
from encoder.record import describe_training


def main(arguments: list[str] | None = None) -> int:
    """Print what the encoder is; the exit code is 0 usable, 1 not usable, 2 bad usage."""
    parser = Parser(prog="python -m encoder", description=__doc__)
    parser.add_argument("name", nargs="?", help="a hub name, a folder or `offline`")
    parser.add_argument("--device", help="cpu, cuda or mps; by default the best there is")
    parser.add_argument("--json", action="store_true", help="print one line of JSON")
    args = parser.parse_args(arguments)
    name, reason = (args.name, None) if args.name else choose()
    if reason:
        print(reason, file=sys.stderr)
    facts = describe_encoder(name, args.device)
    lines = [f"{fact.replace('_', ' ')}: {value}" for fact, value in facts.items()]
    print(json.dumps(facts) if args.json else "\n".join(lines))
    return DONE


def describe_encoder(name: str, device: str | None = None) -> dict[str, Any]:
    """Load an encoder and return what it is, fact by fact.

    Raises:
        EncoderError: it cannot be loaded.
    """
    encoder = load_encoder(name, device=device)
    trained = describe_training(encoder.name)
    return {
        "name": encoder.name,
        **({"training": trained} if trained else {}),
        "kind": encoder.kind,
        "dimension": encoder.dim,
        "picture_side": encoder.side,
        "text_tokens": encoder.text_limit,
        "logit_scale": round(encoder.logit_scale, 4),
        "logit_bias": round(encoder.logit_bias, 4),
        "device": encoder.device,
        "fingerprint": encoder.fingerprint,
    }


if __name__ == "__main__":
    sys.exit(run_program(main, EncoderError))
