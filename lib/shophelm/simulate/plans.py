"""What the shop's own people plan: growth, the next launch, payouts, and actions still undone."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Plan:
    """What the shop's people plan: growth on visitors, conversion and spend, launch, payouts."""

    growth: tuple[float, float, float] = (1.33, 1.02, 1.03)
    gmv_growth: float = 1.40
    payout_yuan: float = 3_000.0
    conversion_goal: float = 0.12
    done_actions_proposed_decided_due: tuple[str, str, str] = (
        "2026-06-15", "2026-06-22", "2026-07-27",
    )  # fmt: skip
    done_actions_worth_cents: int = 180_000
    launch_tasks: tuple[tuple, ...] = (
        ("choose range", 10, None, "merchandiser", 60.0, "2026-11-20"),
        ("samples from suppliers", 25, "choose range", "buyer", 24.0, "2026-12-15"),
        ("negotiate and order", 7, "samples from suppliers", "buyer", 30.0, "2026-12-22"),
        ("production and delivery", 45, "negotiate and order", "buyer", 10.0, "2027-02-05"),
        ("photos and video", 12, "samples from suppliers", "designer", 90.0, "2026-12-28"),
        ("detail pages", 10, "photos and video", "designer", 80.0, "2027-01-08"),
        ("seed notes with creators", 21, "photos and video", "channel_manager", 40.0, "2027-01-25"),
        ("presale page", 5, "detail pages", "designer", 24.0, "2027-01-15"),
        ("live rehearsal", 3, "seed notes with creators", "channel_manager", 16.0, "2027-01-30"),
        ("opening day", 1, "production and delivery", "merchandiser", 8.0, "2027-02-08"),
    )
    action_kinds: tuple[tuple[str, str], ...] = (
        ("detail_page", "Rewrite the detail page with size and use photos"),
        ("gift", "Add a free gift bag"),
    )
    other_actions: tuple[tuple, ...] = (
        (
            "A0013", "store", "title", "product:AP001",
            "Put the words that buyers search for into the title", "merchandiser", "2026-07-27",
            "2026-08-03", 150_000, "visitors", "2026-09-07", "done", "2026-08-03", "2026-08-10",
            None,
        ),
        (
            "A0101", "promotion", "creator", "creator:爆款君", "Stop paying this creator",
            "channel_manager", "2026-10-12", "2026-11-09", 90_000, "visitors", "2026-12-07",
            "proposed", None, None, None,
        ),
        (
            "A0102", "supply_chain", "reorder", "product:SN001",
            "Raise the order and find a second supplier", "buyer", "2026-10-05", "2026-11-09",
            240_000, "fill_rate", "2026-12-01", "accepted", "2026-10-09", None, "等第二家报价",
        ),
        (
            "A0103", "user", "coupon", "segment:content",
            "Leave this segment out of the next coupon", "crm_manager", "2026-08-17",
            "2026-08-31", 60_000, "pay_conversion", "2026-09-28", "rejected", "2026-08-20", None,
            "先不动",
        ),
    )  # fmt: skip


PLAN = Plan()
