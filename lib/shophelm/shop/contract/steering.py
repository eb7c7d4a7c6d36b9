"""Targets, launches, people, goals, and the actions the suite proposed."""

from shophelm.shop.contract.language import Column, Promise, Table, in_order

ACTION_STATUSES = ("proposed", "accepted", "rejected", "done")

TARGETS = Table(
    "targets",
    grain="period × scope × metric",
    key=("period_from", "period_to", "scope", "metric"),
    source="the shop's own plan",
    columns=(
        Column("period_from", "day", "first day"),
        Column("period_to", "day", "last day"),
        Column("scope", "text", "shop, or channel:…, category:…"),
        Column("metric", "text", "a name in docs/glossary.md"),
        Column("value", "number", "the target, in the metric's own unit"),
    ),
    promises=(in_order("period_from", "period_to"),),
)

LAUNCHES = Table(
    "launches",
    grain="launch task",
    key=("launch_id", "task"),
    source="the season's launch plan",
    columns=(
        Column("launch_id", "id", "the launch"),
        Column("task", "text", "the task"),
        Column("season", "text", "the season it opens"),
        Column("duration_days", "number", "how long it takes", unit="days", least=0),
        Column("after", "text", "task that must be finished first", optional=True),
        Column("owner_role", "text", "who does it"),
        Column("hours", "number", "work in it", optional=True, unit="hours", least=0),
        Column("due_on", "day", "day it is due", optional=True),
    ),
)

PEOPLE = Table(
    "people",
    grain="person",
    key=("person_id",),
    source="the team's own list; ids only, names left out",
    columns=(
        Column("person_id", "id", "the person"),
        Column("role", "text", "what they do"),
        Column("joined_on", "day", "first day", optional=True),
        Column("products", "text", "product ids or categories owned, ; between", optional=True),
        Column("channels", "text", "channels owned, ; between", optional=True),
    ),
)

GOALS = Table(
    "goals",
    grain="person × period × metric",
    key=("person_id", "period_from", "metric"),
    source="the team's goal sheet",
    columns=(
        Column("person_id", "id", "the person", refers_to="people.person_id"),
        Column("period_from", "day", "first day of the month the goal is for"),
        Column("metric", "text", "a name in docs/glossary.md"),
        Column("weight", "number", "share of the payout", least=0, most=1),
        Column("target", "number", "what pays in full"),
        Column("stretch", "number", "what pays the most", optional=True),
        Column("payout_at_target", "money", "paid at target", least=0),
        Column("cap", "money", "most that is paid", optional=True, least=0),
        Column(
            "floor",
            "number",
            "part of the target below which nothing is paid: 0.8, not 80",
            optional=True,
            least=0,
            most=1,
        ),
    ),
    promises=(
        Promise("period_from is the first day of a month", lambda t: t.period_from.day() == 1),
    ),
)

ACTIONS = Table(
    "actions",
    grain="action once proposed",
    key=("action_id",),
    time="proposed_on",
    source="written by the suite; people fill in status, decided_on, done_on and note",
    columns=(
        Column("action_id", "id", "the action"),
        Column("area", "text", "the notebook that proposed it"),
        Column("kind", "text", "what sort of action"),
        Column("subject", "text", "what it is about"),
        Column("action", "text", "what to do, in a sentence"),
        Column("owner_role", "text", "whose it is"),
        Column("proposed_on", "day", "as_of of the run that first proposed it"),
        Column("last_proposed_on", "day", "as_of of the latest run that proposed it"),
        Column("worth", "money", "expected worth over 28 days; null: not known", optional=True),
        Column("worth_low", "money", "lower end of its 80% interval", optional=True),
        Column("worth_high", "money", "upper end of its 80% interval", optional=True),
        Column("worth_in", "choice", "what the worth counts", values=("margin", "gmv", "unknown")),
        Column("metric", "text", "the figure by which we will know"),
        Column("due_on", "day", "the day by which we will know"),
        Column("status", "choice", "how far it has come", values=ACTION_STATUSES),
        Column("decided_on", "day", "day it was decided", optional=True, known_at=("decided_on",)),
        Column("done_on", "day", "day it was done", optional=True, known_at=("done_on",)),
        Column("note", "text", "anything people want to keep with it", optional=True),
    ),
    promises=(
        in_order("proposed_on", "last_proposed_on"),
        in_order("proposed_on", "decided_on"),
        in_order("decided_on", "done_on"),
    ),
)

TABLES = (TARGETS, LAUNCHES, PEOPLE, GOALS, ACTIONS)
