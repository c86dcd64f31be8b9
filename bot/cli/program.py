"""What the operator types: `parcel-bot` where it is installed, `python -m bot` in the repository."""

from __future__ import annotations

import sys
from pathlib import Path

INSTALLED = "parcel-bot"
PROGRAM = INSTALLED if Path(sys.argv[0]).stem == INSTALLED else "python -m bot"
