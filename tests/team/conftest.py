import pytest

from tests.hand_shop import HAND_SHOP

PEOPLE = """
    person_id,role,joined_on,products,channels
    amy,merchandiser,2024-01-01,tee;cap,
    bob,merchandiser,2024-01-01,coat;cap,
    cho,channel_manager,2024-01-01,,search
    dee,designer,2024-01-01,,
    eve,merchandiser,2024-01-01,boat,tv
"""
GOALS = """
    person_id,period_from,metric,weight,target,payout_at_target,stretch,cap,floor
    amy,2026-10-01,gmv_paid,1.0,100.00,1000.00,120.00,1500.00,0.8
    amy,2026-11-01,gmv_paid,0.6,300.00,1000.00,360.00,1500.00,0.8
    amy,2026-11-01,pay_conversion,0.4,0.50,500.00,,,
    bob,2026-11-01,gmv_paid,1.0,200.00,1000.00,240.00,1500.00,0.8
    cho,2026-11-01,gmv_paid,1.0,400.00,1000.00,480.00,1500.00,0.8
    dee,2026-11-01,gmv_paid,1.0,900.00,1000.00,,,
    dee,2026-11-01,smiles,1.0,9.00,100.00,,,
"""


@pytest.fixture
def team(shop):
    """The hand shop with people and goals; further tables, and as_of, may be given."""

    def team(*, as_of="2026-11-15", **tables):
        return shop(as_of=as_of, **HAND_SHOP | {"people": PEOPLE, "goals": GOALS} | tables)

    return team
