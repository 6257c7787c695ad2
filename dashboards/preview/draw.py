"""Draw pictures of the dashboards: ``python -m dashboards.preview.draw`` after ``dashboards/preview/draw`` installed what it needs.

Simulated metrics are put into a real Prometheus, a page asks it as Grafana would, and a browser without a screen takes the picture.
With --live URL it asks a Prometheus that runs, such as that of ``turfwatch up``, for what it has of the last minutes.
"""

from __future__ import annotations

import argparse
import json
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from contextlib import ExitStack, contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from dashboards.every import PLANS, file_of
from dashboards.preview.series import END
from dashboards.preview.simulate import simulated

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent
PICTURES = HERE.parents[1] / "docs" / "pictures"
WIDTH = 1600
ROW, HEAD = 38, 104
HOURS_S = {"now-1h": 3600, "now-6h": 6 * 3600}
PATIENCE_S = 60
LARGEST = 400_000


def run(*command: str | Path) -> None:
    """Run a command, and show what it says only where it fails."""
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False, cwd=HERE)
    if done.returncode:
        sys.exit(f"{command[0]}: {done.stdout}{done.stderr}")


@contextmanager
def prometheus(folder: Path) -> Iterator[str]:
    """Run a Prometheus with the simulated metrics; yield its address."""
    metrics, data, config = folder / "metrics.txt", folder / "data", folder / "prometheus.yml"
    with metrics.open("w", encoding="utf-8") as out:
        simulated().write(out)
    run("promtool", "tsdb", "create-blocks-from", "openmetrics", metrics, data)
    config.write_text("scrape_configs: []\n")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    command = [
        "prometheus",
        f"--config.file={config}",
        f"--storage.tsdb.path={data}",
        f"--web.listen-address={address}",
    ]
    # The hours are long past: nothing may be deleted for its age.
    command += ["--storage.tsdb.retention.time=100y", "--log.level=error", "--web.cors.origin=.*"]
    with subprocess.Popen(command) as process:
        try:
            wait_for(f"http://{address}/-/ready")
            yield f"http://{address}"
        finally:
            process.terminate()


def wait_for(url: str) -> None:
    """Wait until a server is ready."""
    until = time.monotonic() + PATIENCE_S
    while True:
        try:
            urllib.request.urlopen(url, timeout=1).close()  # noqa: S310 - an address of our own
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)
        else:
            return


class Page(BaseHTTPRequestHandler):
    """The page of one dashboard, what it needs, and what it reports."""

    def __init__(self, folder: Path, page: str, told: list[str], ready: threading.Event, *rest: Any) -> None:
        self.folder, self.page, self.told, self.ready = folder, page, told, ready
        super().__init__(*rest)

    def do_GET(self) -> None:
        """Serve the page, the bundle, and at last the picture that the browser waits for."""
        if self.path == "/":
            self.answer(self.page.encode(), "text/html; charset=utf-8")
        elif self.path == "/waits":
            # A browser takes its picture once all of the page is there: this part comes when all panels are drawn.
            self.ready.wait(PATIENCE_S)
            self.answer(b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml")
        elif (self.folder / self.path[1:]).is_file() and "/" not in self.path[1:]:
            kind = "text/css" if self.path.endswith(".css") else "text/javascript"
            self.answer((self.folder / self.path[1:]).read_bytes(), kind)
        else:
            self.send_error(404)

    def do_POST(self) -> None:
        """Take the report of a page that is drawn."""
        self.told.extend(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.ready.set()
        self.answer(b"", "text/plain")

    def answer(self, body: bytes, kind: str) -> None:
        """Send a whole answer."""
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


class Data(NamedTuple):
    """Where metrics are: a Prometheus, the end of what is shown of it, and how long that is in s, None as planned."""

    source: str
    end: float
    span: float | None


def page_of(dashboard: dict[str, Any], data: Data) -> str:
    """Write the page of a dashboard."""
    span = data.span or HOURS_S[dashboard["time"]["from"]]
    known = {"dashboard": dashboard, "prometheus": data.source, "end": data.end, "range": span, "width": WIDTH}
    told = json.dumps(known).replace("</", "<\\/")
    return (
        '<!doctype html><link rel="stylesheet" href="app.css"><body style="margin:0;background:#111217">'
        f'<div id="root"></div><img src="/waits" hidden><script>window.PREVIEW={told}</script><script src="app.js"></script>'
    )


def draw(dashboard: dict[str, Any], picture: Path, data: Data, folder: Path) -> list[str]:
    """Draw one dashboard; return what is wrong with it."""
    told: list[str] = []
    ready = threading.Event()
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Page, folder, page_of(dashboard, data), told, ready))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    height = HEAD + ROW * max(panel["gridPos"]["y"] + panel["gridPos"]["h"] for panel in dashboard["panels"])
    profile = f"--user-data-dir={folder / 'profile'}"
    quiet = ("--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run", profile)
    run(
        "chromium",
        *quiet,
        f"--window-size={WIDTH},{height}",
        f"--screenshot={picture}",
        f"http://127.0.0.1:{server.server_port}/",
    )
    server.shutdown()
    if not ready.is_set():
        told.append("the page never reported")
    if picture.stat().st_size >= LARGEST:
        told.append(f"the picture has {picture.stat().st_size} bytes")
    return told


def main() -> None:
    """Draw all dashboards, and fail where a panel is empty, a title clipped or a unit unknown."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--live", metavar="URL", help="a Prometheus that runs, in place of simulated metrics")
    parser.add_argument("--minutes", type=float, default=10, help="of a live one, so many (default: 10)")
    parser.add_argument("--into", type=Path, default=PICTURES, metavar="FOLDER", help="where pictures go")
    given = parser.parse_args()
    given.into.mkdir(exist_ok=True)
    wrong: list[str] = []
    with tempfile.TemporaryDirectory(prefix="turfwatch-pictures-") as name, ExitStack() as stack:
        folder = Path(name)
        if given.live:
            data = Data(given.live, time.time(), 60 * given.minutes)
        else:
            data = Data(stack.enter_context(prometheus(folder)), END, None)
        loaders = [f"--loader:.{kind}=dataurl" for kind in ("woff2", "woff", "ttf", "svg")]
        names = ['--define:process.env.NODE_ENV="production"', "--define:global=globalThis", "--jsx=automatic"]
        said = ["--log-level=error", "--minify"]
        bundle = ["app.jsx", "--bundle", f"--outfile={folder / 'app.js'}", *loaders, *names, *said]
        run(HERE / "node_modules" / ".bin" / "esbuild", *bundle)
        for plan in PLANS:
            picture = given.into / f"{file_of(plan).stem}.png"
            found = draw(json.loads(file_of(plan).read_text()), picture, data, folder)
            wrong += [f"{plan.uid}: {problem}" for problem in found]
    sys.exit("\n".join(wrong) or 0)


if __name__ == "__main__":
    main()
