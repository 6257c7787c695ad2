"""An explanation as it is read on a terminal: six sections, a line a fact."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.table import Table
from rich.text import Text

from pipeline.cli.show import cut, plain, shown_p

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import RenderableType

    from pipeline.detect.assess import TemplateShown
    from pipeline.detect.whatif import Threshold, Trial, WhatIf
    from pipeline.incidents.explanation import Evidence, Explanation, Gate, Head, Measured, Opening, Part
    from pipeline.incidents.history import Happened
    from pipeline.incidents.trail import Difference

SHOWN_LOOKS: Final = 20
"""Looks before the opening that are shown, the last ones; the JSON has all."""

_FORMS: Final = {"at least": "≥", "at most": "≤", "above": ">"}


def explained(found: Explanation) -> Iterator[RenderableType]:
    """Yield the sections of an explanation."""
    yield _head(found.head)
    yield _title("Evidence")
    yield _evidence(found.evidence)
    yield _parts(found.parts)
    yield _title("Texts")
    yield from texts(found.templates)
    yield _title("Why then")
    yield from _opening(found.opening)
    yield _title("What the gate weighed")
    yield from _gate(found.gate)
    yield _title("What would have to be different")
    yield _silence(found.silence, found.gate, found.opening)
    yield _title("Its life")
    yield life_table(found.life)


def _title(text: str) -> Text:
    return Text(f"\n{text}", style="bold underline")


def _head(head: Head) -> Text:
    text = plain(f"{head.incident_id}  {head.summary}", "bold")
    text.append(f"\n  {head.kind}, {head.severity}, score {head.score:g}, {head.status}")
    if head.into:
        text.append(f" into {head.into}: ask for that one to read on")
    if head.suppressed:
        text.append(f": {head.suppressed.reason}, ").append(plain(head.suppressed.text))
    text.append(f"\n  first post {_time(head.first_post_at)}, last {_time(head.last_post_at)}")
    text.append(f"\n  opened {_time(head.opened_at)}, last looked at {_time(head.looked_at)}")
    return text.append(f"\n  {head.members} members, {head.joiners} joiners")


def _evidence(rows: Sequence[Evidence]) -> Table:
    table = Table()
    for name in ("signal", "at the opening", "at the last look", "by chance", "p"):
        table.add_column(name, justify="left" if name == "signal" else "right", no_wrap=True)
    table.add_column("in words", overflow="fold", ratio=1)
    for row in rows:
        signal = row.signal
        table.add_row(
            plain(signal.signal),
            _number(row.at_opening),
            _number(row.at_last),
            _number(signal.expected),
            "" if signal.p_value is None else shown_p(signal.p_value),
            plain(signal.text),
        )
    return table


def texts(templates: Sequence[TemplateShown]) -> Iterator[Text]:
    """Yield the texts that were posted most, each with what it goes by on an allow list."""
    for each in templates:
        name = f"cluster {each.cluster}, " if each.cluster else ""
        text = plain(f"  {name}{each.posts} posts, {each.accounts} accounts: ").append_text(plain(each.text))
        for sample in each.samples:
            text.append("\n    “").append_text(plain(cut(sample))).append("”")
        yield text


def _parts(parts: Sequence[Part]) -> Text:
    text = Text("  the score is made of, in nats of evidence:")
    for part in parts:
        text.append(f"\n  - {part.what}: {part.at_opening:g} at the opening, {part.at_last:g} at the last look")
    return text


def _opening(opening: Opening) -> Iterator[RenderableType]:
    what = opening.event.removeprefix("incident.") if opening.event else "seen"
    yield Text(
        f"  {what} {_time(opening.at)}, {opening.after_first_post_s:g} s after its first post, "
        f"with {opening.accounts} accounts; shared objects: {opening.objects}"
    )
    if not opening.looks:
        yield Text("  there was no look before: the search waits until it has found one of")
        for way in opening.ways:
            yield _measures(f"  - {way.way}" + (", as here" if way.met else ""), way.measures)
        return
    hidden = len(opening.looks) - SHOWN_LOOKS
    yield Text("  the looks before" + (f", without the first {hidden}" if hidden > 0 else ""))
    table = Table()
    for name in ("at", "network", "accounts", "objects", "score", "severity"):
        table.add_column(name, justify="left" if name in ("at", "severity") else "right", no_wrap=True)
    table.add_column("what was missing", overflow="fold", ratio=1)
    for look in opening.looks[-SHOWN_LOOKS:]:
        missing = "; ".join(look.missing) or f"nothing, it was {look.incident}"
        table.add_row(
            _time(look.at),
            str(look.network),
            str(look.accounts),
            str(look.objects),
            f"{look.score:g}",
            look.severity,
            plain(missing),
        )
    yield table
    yield Text("  what was new at the opening")
    for each in opening.new:
        yield _difference(each)


def _difference(each: Difference) -> Text:
    text = Text("  - ").append(plain(each.what))
    if each.before is not None or each.after is not None:
        text.append(f": {_number(each.before) or 'not seen'} to {_number(each.after) or 'not seen'}")
    return text.append(plain(f" ({each.text})")) if each.text else text


def _measures(title: str, measures: Sequence[Measured]) -> Text:
    text = Text(title)
    for each in measures:
        text.append("\n      ").append("yes " if each.met else "no  ", "green" if each.met else "dim")
        text.append(plain(each.what)).append(f": {each.measured:g}, asked for {_FORMS[each.form]} {each.bound:g}")
    return text


def _gate(gate: Gate) -> Iterator[Text]:
    yield Text(f"  at the look of {_time(gate.at)}, in the order of asking")
    for row in gate.rules:
        if row.suppresses:
            verdict = "suppresses"
        elif row.cause:
            verdict = "would suppress, but is not asked of accounts that look bought"
        else:
            verdict = "does not explain it" if row.asked else "not asked: the accounts look bought"
        text = _measures(f"  - {row.rule}: {verdict}", row.measures)
        yield text.append("\n      ").append(plain(row.cause.text)) if row.cause else text


def _silence(silence: WhatIf, gate: Gate, opening: Opening) -> Text:
    base = silence.base
    if base.alarms:
        text = Text(f"  it alarms by a score of {base.score:g}, {base.asked:g} or more is asked for")
    elif base.suppressed:
        text = Text("  it is silent already: ").append(plain(base.suppressed.text))
    else:
        text = Text(f"  it is silent already: a score of {base.score:g}, {base.asked:g} or more is asked for")
    for trial in silence.singles:
        text.append(f"\n  - without “{trial.without[0]}”: {_verdict(trial)}")
    if silence.silencing:
        text.append(f"\n  the least that silences it: no {_listed(silence.silencing)} ({_verdict(silence.silencing)})")
    elif base.alarms:
        text.append("\n  no piece of evidence, nor several of the weightiest, would silence it by missing")
    if silence.keeping:
        text.append(f"\n  the most that does not: no {_listed(silence.keeping)} ({_verdict(silence.keeping)})")
    for each in silence.thresholds:
        text.append(f"\n  {_threshold(each)}")
    for way in opening.ways:
        if way.met:
            needs = ", ".join(
                f"{each.what} {_FORMS[each.form]} {each.bound:g} (were {each.measured:g})" for each in way.measures
            )
            text.append(f"\n  the search itself brought it up as {way.way}: {needs}")
    return _gate_distance(text, gate)


def _gate_distance(text: Text, gate: Gate) -> Text:
    for row in gate.rules:
        if row.suppresses:
            bounds = " or ".join(_turned(each) for each in row.measures)
            text.append(f"\n  {row.rule} would let it pass with ").append(plain(bounds))
    near = next((row for row in gate.rules if row.rule == gate.nearest), None)
    if near is None or any(row.suppresses for row in gate.rules):
        return text
    lacks = [
        f"{each.what} {_FORMS[each.form]} {each.bound:g} (now {each.measured:g})"
        for each in near.measures
        if not each.met
    ]
    if not near.asked:
        lacks.append("accounts that do not look bought")
    return text.append(f"\n  the rule nearest to suppressing it is {near.rule}; it lacks ").append(
        plain(" and ".join(lacks))
    )


def _turned(each: Measured) -> str:
    """What a condition would have to be not to be met."""
    turned = {"at least": "<", "at most": ">", "above": "≤"}[each.form]
    return f"{each.what} {turned} {each.bound:g} (now {each.measured:g})"


def _listed(trial: Trial) -> str:
    return " and no ".join(f"“{name}”" for name in trial.without)


def _verdict(trial: Trial) -> str:
    if trial.suppressed and trial.severity != "info":
        end = f"suppressed as {trial.suppressed.reason}"
    else:
        end = "an alarm" if trial.alarms else "silent"
    return f"score {trial.score:g} from {trial.nats:g} nats, {end}"


def _threshold(each: Threshold) -> str:
    if each.silent is None or each.then is None:
        return f"{each.what}: {each.now}; fewer would not silence it, down to 1"
    return f"{each.what}: {each.now}; with {each.keeps} it alarms, with {each.silent} not ({_verdict(each.then)})"


def life_table(life: Sequence[Happened]) -> Table:
    """A row an event."""
    table = Table()
    for name in ("at", "event", "incident", "accounts", "posts", "severity"):
        table.add_column(name, justify="right" if name in ("accounts", "posts") else "left", no_wrap=True)
    table.add_column("what changed", overflow="fold", ratio=1)
    for each in life:
        table.add_row(
            plain(_time(each.at)),
            each.event.removeprefix("incident."),
            plain(each.incident_id),
            "" if each.accounts is None else str(each.accounts),
            "" if each.posts is None else str(each.posts),
            each.severity,
            plain("; ".join(each.changes)),
        )
    return table


def _time(rfc: str) -> str:
    return rfc[:19].replace("T", " ")


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:g}"
