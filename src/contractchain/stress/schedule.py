"""When each transaction is due: absolute instants, from a seed, before the clock starts.

Spec:
    Open-loop arrivals as in wrk2: latency counts from the planned instant, so a stalled node cannot
    hide the transactions that it kept from being sent.
"""

import random

from contractchain.stress.campaign import Arrival, Campaign

NS = 1_000_000_000


def build_schedule(campaign: Campaign) -> list[int]:
    """Return due times in nanoseconds from the start, ascending.

    Deterministic in the campaign's seed.
    """
    duration_s = campaign.duration.ns / NS
    count = max(1, round(campaign.rate * duration_s))
    match campaign.arrival:
        case Arrival.CONSTANT:
            return [round(index * NS / campaign.rate) for index in range(count)]
        case Arrival.RAMP:
            return [round(campaign.duration.ns * (index / count) ** 0.5) for index in range(count)]
        case Arrival.POISSON:
            source = random.Random(campaign.seed)
            due = 0.0
            out: list[int] = []
            while True:
                due += source.expovariate(campaign.rate)
                if due >= duration_s:
                    return out or [0]
                out.append(round(due * NS))


def choose_steps(campaign: Campaign, count: int) -> list[int]:
    """Return for each of `count` transactions the index of its step, by weight, from the seed."""
    if len(campaign.steps) == 1:
        return [0] * count
    source = random.Random(campaign.seed + 1)
    weights = [step.weight for step in campaign.steps]
    return source.choices(range(len(weights)), weights=weights, k=count)
