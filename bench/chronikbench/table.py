"""The one table: for each metric what each system did, and the ratios of Chronik to the others, as min / median / max.

Pure: from values to text. A ratio is taken within a round, where both ran one
after the other, and only then its min, median and max. What failed stays in its
cell, with a number that leads to the reason below the table.
"""

import statistics

SUBJECT = "chronik"


def render(header, values, remarks):
    """The whole report as Markdown."""
    failures = []
    lines = [f"{what}: {text}  " for what, text in header.get("machine", {}).items()]
    lines += [f"command: `{header.get('command')}`  ", ""]
    lines += [f"{name}: {told}  " for name, told in header.get("systems", {}).items()]
    lines += ["", "Cells: min / median / max over the rounds; ratios are taken within each round.", ""]
    lines += table(header, values, failures)
    if failures:
        lines += ["", "Failed:", "", *(f"{number}. {reason}" for number, reason in enumerate(failures, 1))]
    if remarks:
        lines += ["", "Remarks:", "", *(f"- {remark}" for remark in dict.fromkeys(remarks))]
    return "\n".join(lines) + "\n"


def table(header, values, failures):
    present = {value["system"] for value in values}
    systems = [name for name in ("machine", *header.get("systems", {})) if name in present]
    others = [name for name in systems if name not in ("machine", SUBJECT)] if SUBJECT in systems else []
    columns = ["scenario", "case", "metric", "unit", *systems, *(f"{SUBJECT} ÷ {other}" for other in others)]
    judged = any(value["metric"].goals or value["metric"].most is not None for value in values)
    columns += ["goal"] if judged else []
    lines = [row(columns), row(["---"] * 4 + ["---:"] * (len(columns) - 4))]
    for rounds in in_rows(values):
        lines.append(row(cells(rounds, systems, others, failures, judged)))
    return lines


def row(texts):
    return "| " + " | ".join(text.replace("|", "/") for text in texts) + " |"


def in_rows(values):
    """The values of each row of the table, in the order in which they were first measured."""
    rows = {}
    for value in values:
        rows.setdefault((value["scenario"], value["case"], value["metric"].name), []).append(value)
    return rows.values()


def cells(rounds, systems, others, failures, judged):
    metric = rounds[0]["metric"]
    texts = [rounds[0]["scenario"], rounds[0]["case"], metric.name, metric.unit]
    texts += [cell([value for value in rounds if value["system"] == name], failures) for name in systems]
    ratio_lists = {other: ratios(rounds, other) for other in others}
    texts += [spread(ratio_lists[other]) for other in others]
    if judged:
        texts.append(verdicts(metric, rounds, ratio_lists))
    return texts


def cell(values, failures):
    """What one system did, and how often it failed at it."""
    good = [value["value"] for value in values if value["error"] is None]
    bad = [value for value in values if value["error"] is not None]
    text = spread(good)
    if bad:
        notes = ", ".join(f"[{note(value, failures)}]" for value in bad)
        text = f"{text} FAILED {len(bad)} of {len(values)} {notes}".strip()
    return text


def note(value, failures):
    """The number of the reason below the table."""
    reason = f"round {value['round']}, {value['scenario']}, {value['case']}, {value['system']}: {value['error']}"
    if reason not in failures:
        failures.append(reason)
    return failures.index(reason) + 1


def ratios(rounds, other):
    """Chronik's value by the other's, of each round that has both; empty if the other's is zero."""
    good = {(value["round"], value["system"]): value["value"] for value in rounds if value["error"] is None}
    pairs = [(good.get((number, SUBJECT)), good.get((number, other))) for number in sorted({at for at, _ in good})]
    return [mine / theirs for mine, theirs in pairs if mine is not None and theirs]


def verdicts(metric, rounds, ratio_lists):
    """What was aimed at, and whether the median is there."""
    texts = []
    for goal in metric.goals:
        if goal.system in ratio_lists:
            found = ratio_lists[goal.system]
            texts.append(f"{goal}: {judgement(found, goal.met_by)}")
    if metric.most is not None:
        mine = [value["value"] for value in rounds if value["system"] == SUBJECT and value["error"] is None]
        texts.append(f"≤ {metric.most:g} {metric.unit}: {judgement(mine, lambda value: value <= metric.most)}")
    return "; ".join(texts)


def judgement(found, is_met):
    if not found:
        return "not measured"
    return "met" if is_met(statistics.median(found)) else "MISSED"


def spread(numbers):
    """min / median / max; one number if there is only one, nothing if there is none."""
    if not numbers:
        return ""
    if len(numbers) == 1:
        return figure(numbers[0])
    return " / ".join(figure(number) for number in (min(numbers), statistics.median(numbers), max(numbers)))


def figure(number):
    """Three digits that count, or the whole number if it is larger."""
    if abs(number) >= 100:
        return f"{number:,.0f}"
    return f"{number:.1f}" if abs(number) >= 10 else f"{number:.3g}" if abs(number) < 1 else f"{number:.2f}"
