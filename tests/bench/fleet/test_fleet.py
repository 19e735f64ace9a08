"""Many variants: the factory against buildx bake and a loop of buildx build of the same Dockerfiles.

Rounds are interleaved, with the order of the contenders turned each time. A round is cold (nobody
has built anything of it), unchanged (all again), and with one app changed. What is executed is
counted from outside: by the server that each RUN asks.
"""
import statistics

import peers
import pytest

CONTENDERS = (peers.ByFactory, peers.ByBake, peers.ByPlainBake, peers.ByLoop)
AIMS = {"unchanged": "aim: bake / factory >= 50", "one app changed": "aim: factory / bake <= 1.2",
        "cold": "aim: factory / bake <= 1.3, its tests taken out"}


def seconds(samples):
    return (f"median {statistics.median(samples):.2f} s, {min(samples):.2f} to "
            f"{max(samples):.2f} s, of {len(samples)}")


def ratios(above, below):
    each = [a / b for a, b in zip(above, below)]
    return f"{statistics.median(each):.2f} ({min(each):.2f} to {max(each):.2f})"


def seconds_of_tests(hosts, prefix):
    """Time that the tests of the fleet's records took, all together."""
    ((total,),) = hosts.factory.query(
        "SELECT coalesce(sum(duration_us), 0) / 1e6 FROM tests JOIN records USING (build_id) "
        f"WHERE manifest_id LIKE '{prefix}-%'")
    return float(total)


def run_round(hosts, folder, turn, shape, results):
    stacks, apps = shape
    made = [kind(hosts, folder / kind.__name__, stacks, apps) for kind in CONTENDERS]
    made = made[turn:] + made[:turn]
    unique = stacks * (2 + apps)
    for case, wanted in (("cold", unique), ("unchanged", 0), ("one app changed", 1)):
        for contender in made:
            if case == "one app changed":
                contender.change_one_app()
            taken, executed = contender.timed()
            results.setdefault((case, contender.name), []).append(taken)
            assert executed == wanted, (case, contender.name)
            if case == "cold" and contender.name == "factory":
                results.setdefault("tests", []).append(seconds_of_tests(hosts, contender.prefix))
                results["stages"] = contender.stage_seconds()
    for contender in made:
        repository = "images" if contender.name == "factory" else "by-hand"
        assert peers.image_count(hosts, repository, contender.prefix) >= stacks * apps


@pytest.mark.parametrize("shape,rounds", [((2, 5), 3), ((4, 10), 2)], ids=["10", "40"])
def test_variants_on_one_engine(hosts, report, tmp_path, shape, rounds):
    results = {}
    with peers.one_engine(hosts):
        for number in range(rounds):
            run_round(hosts, tmp_path / str(number), number % len(CONTENDERS), shape, results)
    variants = shape[0] * shape[1]
    for case in ("cold", "unchanged", "one app changed"):
        for contender in CONTENDERS:
            report(f"{variants} variants, {case}, {contender.name}",
                   seconds(results[case, contender.name]))
        ours, bake, plain, loop = (results[case, contender.name] for contender in CONTENDERS)
        report(f"  factory / bake; / bake --push; / loop ({AIMS[case]})",
               f"{ratios(ours, bake)}; {ratios(ours, plain)}; {ratios(ours, loop)}; "
               f"bake / factory {ratios(bake, ours)}")
    report(f"{variants} variants, cold: all tests together", seconds(results["tests"]))
    bake, plain, ours = (results["cold", name] for name in ("buildx bake", "bake --push", "factory"))
    slots = 4
    less = [total - tests / slots for total, tests in zip(ours, results["tests"])]
    report(f"  factory less its tests, {slots} slots, / bake; / bake --push",
           f"{ratios(less, bake)}; {ratios(less, plain)}")
    report("  stages, sums of the last round", ", ".join(
        f"{stage} {taken:.1f} s" for stage, taken in results["stages"].items()))


@pytest.mark.parametrize("shape", [(4, 10)], ids=["40"])
def test_variants_on_two_engines(hosts, report, tmp_path, shape):
    contender = peers.ByFactory(hosts, tmp_path, *shape)
    taken, executed = contender.timed()
    assert executed == contender.layers
    hosts.check_once(contender.prefix)
    report(f"{shape[0] * shape[1]} variants, cold, factory, two engines of one machine",
           f"{taken:.2f} s; {executed} RUNs executed, {contender.layers} unique layers")
