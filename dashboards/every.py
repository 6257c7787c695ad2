"""The five dashboards, and where each is committed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from dashboards.campaigns import CAMPAIGNS
from dashboards.delivery import DELIVERY
from dashboards.overview import OVERVIEW
from dashboards.pipeline import PIPELINE
from dashboards.runtime import RUNTIME

if TYPE_CHECKING:
    from dashboards.frame import Plan

FOLDER = Path(__file__).parent / "json"
PLANS: tuple[Plan, ...] = (OVERVIEW, CAMPAIGNS, PIPELINE, DELIVERY, RUNTIME)


def file_of(plan: Plan) -> Path:
    """Tell where a dashboard is committed."""
    return FOLDER / f"{plan.uid.removeprefix('turfwatch-')}.json"
