"""The mutation tool, for the tests beside it."""

from __future__ import annotations

import sys
from pathlib import Path

# The test tree is no package (pytest's importlib mode): helpers beside this file are found by path.
sys.path.insert(0, str(Path(__file__).parent))
