"""Grafana dashboards of turfwatch: code that builds them, and the JSON that it builds."""

import importlib
import warnings

with warnings.catch_warnings():
    # They warn when they are imported, for the newer form; that one not every Grafana 13 takes from a file.
    warnings.simplefilter("ignore", DeprecationWarning)
    for name in ("dashboard", "bargauge"):
        importlib.import_module(f"grafana_foundation_sdk.builders.{name}")
