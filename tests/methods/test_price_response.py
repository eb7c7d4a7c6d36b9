import gzip

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from sklearn.linear_model import PoissonRegressor

from shophelm.methods.price_response import Cells, price_response
from tests.conftest import SHARED

JUICE = SHARED / "orange_juice" / "orangeJuice_yx.csv.gz"


def sales(seed, elasticity, *, mean=3.0, days=400, burst=1.0, moves=True):
    """One group's products, each at prices of its own that hold three weeks; a burst now and then.

    In a burst prices are a fifth lower, too: what it adds besides must not be booked to price.
    """
    rng = np.random.default_rng(seed)
    k = len(elasticity)
    steps = rng.choice([1.0, 0.94, 0.88, 0.81, 0.74] if moves else [1.0], (k, days // 21 + 1))
    price = np.repeat(steps, 21, axis=1)[:, :days]
    peak = (np.arange(days) % 80 >= 70).astype(float)
    price = np.where(peak > 0, 0.8 * price, price) if moves else price
    count = rng.poisson(mean * price ** np.array(elasticity)[:, None] * burst**peak)
    member, day = np.divmod(np.arange(k * days), days)
    return Cells(
        count=count.ravel().astype(float),
        exposure=np.ones(k * days),
        log_price=np.log(price.ravel()),
        drivers=peak[day][:, None],
        loose=np.array([np.inf]),
        stratum=member * 100 + day // 91,
        member=member,
        group=np.zeros(k * days, np.int64),
    )


def test_elasticities_are_found_and_a_campaign_is_not_taken_for_its_price():
    truth = [-2.0] * 10
    cells = sales(1, truth, burst=4.0)

    answer = price_response(cells)

    typical = answer.groups.iloc[0]
    assert typical["elasticity_low"] <= -2.0 <= typical["elasticity_high"]
    assert answer.drivers[0, 0] == pytest.approx(np.log(4), abs=4 * answer.driver_errors[0, 0])
    without = price_response(
        Cells(**{n: getattr(cells, n) for n in Cells.__slots__} | {"drivers": 0 * cells.drivers})
    )
    assert without.groups.iloc[0]["elasticity"] < -4


def test_own_estimates_err_as_they_say():
    off = []
    for seed in range(5):
        members = price_response(sales(seed, [-1.5] * 12)).members
        off.append((members["own"] + 1.5) / members["own_error"])

    # 60 standardised errors: their squares add up to a chi-square of 60 degrees
    squares = float(np.square(off).sum())
    assert stats.chi2.ppf(0.001, 60) < squares < stats.chi2.ppf(0.999, 60)


def test_drawn_to_their_peers_members_come_nearer_the_truth():
    truth = np.random.default_rng(0).normal(-2, 0.2, 20)
    members = price_response(sales(3, list(truth), mean=0.5)).members

    drawn, alone = members["elasticity"] - truth, members["own"] - truth

    assert (drawn**2).mean() < (alone**2).mean() / 2


def test_a_member_unlike_all_others_keeps_its_own():
    members = price_response(sales(4, [-1.8] * 9 + [-5.0], mean=4.0)).members

    assert list(members.index[members["apart"]]) == [9]
    assert members.loc[9, "elasticity"] == members.loc[9, "own"]
    assert members.loc[9, "elasticity_low"] <= -5.0 <= members.loc[9, "elasticity_high"]


def test_a_price_that_never_moved_tells_nothing_and_its_group_speaks():
    cells = sales(5, [-2.0] * 6)
    still = cells.member == 0
    cells.log_price[still] = 0.0

    members = price_response(cells).members

    assert members["by"].tolist() == ["group", *["own"] * 5]
    assert np.isnan(members.loc[0, "own"])
    assert members.loc[0, "elasticity_low"] < members.loc[0, "elasticity"] < -1


def test_where_no_price_ever_moved_nothing_is_known():
    answer = price_response(sales(6, [-2.0] * 3, moves=False))

    assert answer.members["elasticity"].isna().all()
    assert answer.members["by"].tolist() == [""] * 3
    assert answer.groups["elasticity"].isna().all()


@pytest.mark.skipif(not JUICE.exists(), reason="the orange juice sales are not here")
def test_orange_juice_answers_to_price_as_an_independent_regression_says():
    with gzip.open(JUICE) as file:
        juice = pd.read_csv(file)
    prices = juice[[f"price{i}" for i in range(1, 12)]].to_numpy()
    juice["log_price"] = np.log(prices[np.arange(len(juice)), juice["brand"] - 1])
    # cartons of 64 ounces
    juice["units"] = np.exp(juice["logmove"]) / 64
    answer = price_response(
        Cells(
            count=juice["units"].to_numpy(),
            exposure=np.ones(len(juice)),
            log_price=juice["log_price"].to_numpy(),
            drivers=juice[["deal", "feat"]].to_numpy(dtype=float),
            loose=np.array([np.inf, np.inf]),
            stratum=(juice["store"] * 100 + juice["brand"]).to_numpy(),
            member=juice["brand"].to_numpy() - 1,
            group=juice["brand"].to_numpy() - 1,
        )
    )

    for brand in (1, 8):
        rows = juice[juice["brand"] == brand]
        stores = pd.get_dummies(rows["store"], dtype=float).iloc[:, 1:]
        design = np.hstack([rows[["log_price", "deal", "feat"]].to_numpy(dtype=float), stores])
        peer = PoissonRegressor(alpha=0, solver="newton-cholesky", tol=1e-9)
        slope, *promotions = peer.fit(design, rows["units"] / rows["units"].mean()).coef_[:3]
        assert answer.members.loc[brand - 1, "own"] == pytest.approx(slope, abs=0.005)
        assert answer.drivers[brand - 1] == pytest.approx(promotions, abs=0.005)
    # ordinary least squares of logarithms weighs every week alike, busy ones no more than others
    juice = juice.assign(intercept=1.0)
    plain = [
        np.linalg.lstsq(r[["log_price", "deal", "feat", "intercept"]], r["logmove"])[0][0]
        for _, r in juice.groupby("brand")
    ]
    assert stats.spearmanr(plain, answer.members["own"]).statistic > 0.5
    # from memory: published elasticities of this data lie about −2 to −4; a display adds sales
    assert -4 < answer.members["own"].median() < -2
    assert (answer.drivers[:, 1] > 0).all()
