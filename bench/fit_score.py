"""Fit the score on labelled recordings and simulated streams, leaving one recording out each time.

Every look at a network is a sample: what its facts measure (`pipeline.detect.score`), and whether most of its accounts
belong to a campaign. A network counts once, however often it was looked at. Prints the weights to commit, what each
recording left out would have been given, and the reliability of these scores in bins.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import os
import sys
from collections import defaultdict
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from pipeline.config import load_settings
from pipeline.detect.score import FEATURES, WEIGHTS, measure, score_of
from pipeline.embedded import embedded_server
from pipeline.engine import Engine
from pipeline.evaluate import Truth, evaluate
from pipeline.post import Limits
from pipeline.recordings.read import read_lines
from pipeline.simulate.scenario import Performance
from pipeline.simulate.scenarios import DEFAULT_POSTS, draw_scenario
from pipeline.state.client import connect

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray
    from redis.asyncio import Redis

    from pipeline.config import Settings
    from pipeline.incidents.look import Look
    from pipeline.post import Line

RECORDINGS = (
    *("koch-farms-2015", "phosphorus-2015", "waves-2015", "waves-cold-2015"),
    *("reposts-2014", "reposts-2015", "organic-dev", "organic-copies"),
)
SEEDS = range(101, 111)
"""Simulated streams to fit on: none of those that `make seeds` judges."""

RIDGE = 1.0
CHANCE = 0.25
"""Networks without any evidence that stand for chance, as a share of a recording's networks."""

EVIDENCE = FEATURES.index("explained")
"""Columns up to this one, after the constant, are evidence."""

BINS = (0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 0.98, 1.0)


@dataclass
class Sample:
    """One look: recording, network (its first account), features, share of its accounts that are hired."""

    recording: str
    network: str
    features: tuple[float, ...]
    hired: float
    accounts: int
    suppressed: str


async def collect(client: Redis, settings: Settings, name: str, lines: Iterable[Line]) -> list[Sample]:
    """Replay a recording and take a sample at every look."""
    looks: list[Look] = []
    truth = Truth(without_ignored=False, drop_fields=())
    engine = Engine(client, f"fit-{name}", settings, witness=looks.append)
    await engine.store.drop()
    await engine.start(origin="replay")
    await evaluate(engine, iter(lines), truth, settings.incidents.quiet_s * 1000)
    await engine.store.drop()
    return [
        Sample(
            name,
            look.found.members[0] if look.found.members else "",
            measure(look.facts, look.found.suppressed),
            sum(not truth.is_organic(account) for account in look.found.members) / max(1, len(look.found.members)),
            len(look.found.members),
            look.found.suppressed.reason if look.found.suppressed else "",
        )
        for look in looks
    ]


def streams(folder: Path) -> Iterator[tuple[str, Iterable[Line]]]:
    for name in RECORDINGS:
        path = folder / f"{name}.jsonl.gz"
        if path.is_file():
            yield name, read_lines([str(path)], limits=Limits())
        else:
            print(f"{path} is missing, fitted without it", file=sys.stderr)
    for seed in SEEDS:
        yield "simulated", list(Performance(draw_scenario("everything", seed, DEFAULT_POSTS), seed).lines())


def fit(x: NDArray[np.float64], y: NDArray[np.float64], weight: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the weights of a logistic regression; evidence never speaks against a campaign: its weights are >= 0."""
    free = list(range(x.shape[1]))
    while True:
        beta = np.zeros(x.shape[1])
        beta[free] = newton(x[:, free], y, weight)
        against = [column for column in free[1:] if column <= EVIDENCE and beta[column] < 0]
        if not against:
            return beta
        free.remove(against[0])


def newton(x: NDArray[np.float64], y: NDArray[np.float64], weight: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the maximum of the likelihood with a ridge on all columns but the first, by Newton's method."""
    beta = np.zeros(x.shape[1])
    ridge = np.full(x.shape[1], RIDGE)
    ridge[0] = 1e-6
    for _ in range(60):
        p = 1 / (1 + np.exp(-np.clip(x @ beta, -30, 30)))
        gradient = x.T @ (weight * (y - p)) - ridge * beta
        hessian = (x * (weight * p * (1 - p))[:, None]).T @ x + np.diag(ridge)
        step = np.linalg.solve(hessian, gradient)
        beta += step
        if np.abs(step).max() < 1e-9:
            break
    return beta


def arrays(samples: list[Sample]) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Features with a constant before them, truth, and weights by which every network counts once."""
    looks: dict[tuple[str, str], int] = defaultdict(int)
    for sample in samples:
        looks[sample.recording, sample.network] += 1
    x = np.array([(1.0, *sample.features) for sample in samples])
    y = np.array([float(sample.hired > 0.5) for sample in samples])
    return x, y, np.array([1 / looks[sample.recording, sample.network] for sample in samples])


def of_chance(samples: list[Sample]) -> list[Sample]:
    """Return networks without evidence: what chance brings together, of which the looks above hold next to none."""
    networks: dict[str, set[str]] = defaultdict(set)
    for sample in samples:
        networks[sample.recording].add(sample.network)
    none = (0.0,) * len(FEATURES)
    return [
        Sample(name, f"chance {number}", none, 0.0, 4, "")
        for name, known in networks.items()
        for number in range(round(CHANCE * len(known)))
    ]


def left_out(samples: list[Sample]) -> NDArray[np.float64]:
    """Return the score of every sample by a fit that has not seen its recording."""
    x, y, weight = arrays(samples)
    names = np.array([sample.recording for sample in samples])
    scores = np.zeros(len(samples))
    for name in dict.fromkeys(names):
        out = names == name
        scores[out] = 1 / (1 + np.exp(-np.clip(x[out] @ fit(x[~out], y[~out], weight[~out]), -30, 30)))
    return scores


def report(samples: list[Sample]) -> None:
    x, y, weight = arrays(samples)
    beta = fit(x, y, weight)
    print("weights for pipeline/detect/score.py")
    for name, value, held in zip(("constant", *FEATURES), beta, WEIGHTS, strict=True):
        print(f"  {name:12} {value:8.3f}   committed {held:8.3f}")
    scores = left_out(samples)
    names = np.array([sample.recording for sample in samples])
    print("\nleft out              looks   networks   hired   mean score of the hired   of the others")
    for name in dict.fromkeys(names):
        here = names == name
        hired, others = here & (y == 1), here & (y == 0)
        means = [f"{np.average(scores[of], weights=weight[of]):.3f}" if of.any() else "-" for of in (hired, others)]
        counts = f"{here.sum():6} {weight[here].sum():10.0f} {weight[hired].sum():7.0f}"
        print(f"{name:20} {counts} {means[0]:>25} {means[1]:>15}")
    print("\nscore, left out     networks   hired   mean score")
    for low, high in itertools.pairwise(BINS):
        inside = (scores >= low) & (scores < high if high < 1 else scores <= 1)
        total = weight[inside].sum()
        if total:
            share, mean = weight[inside & (y == 1)].sum() / total, np.average(scores[inside], weights=weight[inside])
            print(f"{low:.2f} to {high:.2f}        {total:8.1f} {share:7.3f} {mean:12.3f}")
    brier = np.average((scores - y) ** 2, weights=weight)
    held = np.average((committed(samples) - y) ** 2, weights=weight)
    print(f"\nBrier score {brier:.4f}, left out; with the committed weights {held:.4f}")


def committed(samples: list[Sample]) -> NDArray[np.float64]:
    return np.array([score_of(sample.features) for sample in samples])


async def collect_all() -> list[Sample]:
    """Replay everything there is."""
    settings, _ = load_settings(environment={})
    samples: list[Sample] = []
    folder = Path(os.environ.get("TURFWATCH_DATA", "../shared/data"))
    async with embedded_server() as url, connect(url, settings.redis.socket_timeout_s) as client:
        for name, lines in streams(folder):
            found = await collect(client, settings, name, lines)
            samples += found
            print(f"{name}: {len(found)} looks", file=sys.stderr)
    return samples


def main(path: Path) -> None:
    if not path.is_file():
        collected = asyncio.run(collect_all())
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(json.dumps(asdict(sample)) + "\n" for sample in collected))
    rows = [Sample(**json.loads(line)) for line in path.read_text().splitlines()]
    samples = [Sample(**{**asdict(row), "features": tuple(row.features)}) for row in rows if row.accounts]
    report([*samples, *of_chance(samples)])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--samples", default="build/score-samples.jsonl", help="collected here, read where it exists")
    main(Path(parser.parse_args().samples))
