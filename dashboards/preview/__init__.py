"""Pictures of the dashboards: simulated metrics in a real Prometheus, drawn with Grafana's own components."""
