"""Customers' worth: BG/NBD and Gamma-Gamma fitted, and everybody's purchases of the next year.

All begin with the same file, one row per customer, and end with the parameters, the customers to
be counted on as still there, and the purchases to expect. pymc-marketing looks for the posterior's
mode under flat priors, which is the maximum likelihood that the others look for. Optimisers stop
where each is content, so that parameters are held together to .1 %, sums over customers to .01 %.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.harness import histories
from benchmarks.harness.case import Answer, Case, Contender

if TYPE_CHECKING:
    import pandas as pd

HORIZON = 364
PARAMETERS = ("r", "alpha", "a", "b", "p", "q", "v")


def read(folder: Path) -> pd.DataFrame:
    import pandas as pd

    return pd.read_parquet(folder / "histories.parquet")


def found(parameters: dict[str, float], alive: float, expected: float) -> Answer:
    figures = {name: [float(parameters[name])] for name in PARAMETERS}
    return {"model": ["all"], **figures, "alive": [float(alive)], "expected": [float(expected)]}


def shophelm(folder: Path) -> Answer:
    from shophelm.methods import buy_till_you_die as btyd
    from shophelm.methods import gamma_gamma

    each = read(folder)
    history = btyd.distinct(*(each[c].to_numpy(float) for c in ("frequency", "recency", "age")))
    again = each[each["frequency"] > 0]
    buying = btyd.fit(history, leaves_at_once=False)
    money = gamma_gamma.fit(again["frequency"].to_numpy(), again["money"].to_numpy())
    parameters = {n: getattr(buying if n in PARAMETERS[:4] else money, n) for n in PARAMETERS}
    alive = history.customers @ btyd.alive(buying, history)
    ahead = history.customers @ btyd.expected_purchases(buying, history, horizon=HORIZON)
    return found(parameters, alive, ahead)


def lifetimes(folder: Path) -> Answer:
    import lifetimes as lt

    each = read(folder)
    history = each["frequency"], each["recency"], each["age"]
    again = each[each["frequency"] > 0]
    buying, money = lt.BetaGeoFitter(), lt.GammaGammaFitter()
    buying.fit(*history)
    money.fit(again["frequency"], again["money"])
    alive = buying.conditional_probability_alive(*history).sum()
    ahead = buying.conditional_expected_number_of_purchases_up_to_time(HORIZON, *history).sum()
    return found(dict(buying.params_) | dict(money.params_), alive, ahead)


def pymc_marketing(folder: Path) -> Answer:
    from pymc_extras.prior import Prior
    from pymc_marketing import clv

    each = read(folder).rename(columns={"age": "T", "money": "monetary_value"})
    each["customer_id"] = each.index
    flat = {name: Prior("HalfFlat") for name in PARAMETERS}
    buying = clv.BetaGeoModel(each, model_config={n: flat[n] for n in PARAMETERS[:4]})
    money = clv.GammaGammaModel(
        each[each["frequency"] > 0], model_config={n: flat[n] for n in PARAMETERS[4:]}
    )
    parameters = {}
    for model, names in ((buying, PARAMETERS[:4]), (money, PARAMETERS[4:])):
        model.fit(method="map", progressbar=False)
        parameters |= {n: model.fit_result[n].item() for n in names}
    alive = buying.expected_probability_alive().sum()
    return found(parameters, alive, buying.expected_purchases(future_t=HORIZON).sum())


SUITE = (
    "shophelm.methods.buy_till_you_die",
    "shophelm.methods.gamma_gamma",
    "pandas",
    "pyarrow.parquet",
)

CASE = Case(
    module=__name__,
    title="customers' worth",
    key="model",
    counts=(),
    money=(),
    contenders=(
        Contender("shophelm", shophelm, SUITE),
        Contender(
            "lifetimes", lifetimes, ("lifetimes", "pyarrow.parquet"), environment="lifetimes"
        ),
        Contender(
            "pymc-marketing MAP",
            pymc_marketing,
            ("pymc_marketing.clv", "pyarrow.parquet"),
            environment="pymc_marketing",
        ),
    ),
    made=lambda events: histories.drawn(events // 10),
    about=histories.about,
    near=dict.fromkeys(PARAMETERS, 1e-3) | {"alive": 1e-4, "expected": 1e-4},
)
