"""Files that are shipped beside the code: rules for Prometheus."""

from __future__ import annotations

from pathlib import Path
from typing import Final

_PACKAGED: Final = Path(__file__).parent / "deploy"
_IN_A_CLONE: Final = Path(__file__).parents[1] / "deploy"


def shipped(name: str) -> list[Path]:
    """Return the YAML files of a folder that is shipped, in order; of the clone where the package has none."""
    root = _PACKAGED if _PACKAGED.is_dir() else _IN_A_CLONE
    return sorted((root / name).glob("*.yml"))
