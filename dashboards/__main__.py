"""Write the dashboards: ``python -m dashboards``."""

from __future__ import annotations

from dashboards.every import FOLDER, PLANS, file_of
from dashboards.frame import written


def main() -> None:
    """Write all dashboards."""
    FOLDER.mkdir(exist_ok=True)
    for plan in PLANS:
        file_of(plan).write_text(written(plan), encoding="utf-8")


if __name__ == "__main__":
    main()
