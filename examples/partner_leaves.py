"""A partner leaves: who is still aboard in 2028, what breaks first in each future, and is the blamed event the cause?"""

import stationkeep as sk


def main(runs: int = 20) -> None:
    scenario = sk.read_scenario("iss-partner-leaves")
    result = sk.simulate(scenario, runs=runs, seed=1)
    for future in sk.verdict(result)["futures"]:
        print(f"{future['name']}: aboard without a break until 2028 in {future['presence']['2028']:.0%} of runs")
    first = sk.check(result)[0]
    print(first)
    print(sk.explain(scenario, first))


if __name__ == "__main__":
    main()
