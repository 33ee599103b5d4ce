"""Medians of rounds, side by side."""
import json
import statistics

# Of these more is better; of all other figures less is.
_MORE_IS_BETTER = ("requests/s", "delivered/s")


def compare(title: str, note: str, rounds: dict) -> None:
    """Prints a table. `rounds` has, for the suite and then for the peer, a list of {figure: value}, one a round."""
    (ours, our_rounds), (theirs, their_rounds) = rounds.items()
    our_medians, their_medians = medians(our_rounds), medians(their_rounds)
    print(f"\n{title}\n{note}\nmedians of {len(our_rounds)} alternating rounds (lowest to highest)\n")
    print(f"{'':28}{ours:>28}{theirs:>28}{'ratio':>9}")
    for figure in {**our_medians, **their_medians}:
        cells = [_cell(side, figure) for side in (our_rounds, their_rounds)]
        print(f"{figure:28}{cells[0]:>28}{cells[1]:>28}{ratio(figure, our_medians.get(figure), their_medians.get(figure)):>9}")
    print(json.dumps({"scenario": title, ours: our_medians, theirs: their_medians}), flush=True)


def medians(rounds: list) -> dict:
    return {figure: statistics.median(each[figure] for each in rounds) for figure in rounds[0]}


def ratio(figure: str, ours, theirs) -> str:
    """How many times better the suite is; empty where there is nothing to compare."""
    if not ours or not theirs:
        return ""
    return f"{ours / theirs if figure in _MORE_IS_BETTER else theirs / ours:.1f}×"


def _cell(rounds: list, figure: str) -> str:
    values = [each[figure] for each in rounds if figure in each]
    if not values:
        return "–"
    return f"{_short(statistics.median(values))} ({_short(min(values))}–{_short(max(values))})"


def _short(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def cpu_figures(before: dict, after: dict, count: int, unit: str) -> dict:
    """Microseconds of CPU time for each of `count` units of work: in all, then of each process."""
    each = {name: (after[name] - before[name]) * 1e6 / max(count, 1) for name in before}
    servers = sum(value for name, value in each.items() if name not in ("redis", "postgres"))
    return {f"µs CPU/{unit}, servers": servers, **{f"  {name}": value for name, value in each.items()}}
