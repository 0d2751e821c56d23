"""What can happen in a life of the machine: what people do, when, and what relays make of it.

How often a thing stands here is how often it is tried: each of the gate's refusals, left out, must
be found within some two hundred lives.
"""

from __future__ import annotations

from hypothesis import strategies as st
from machine_office import AUDIENCE_OF, AUDIENCES
from machine_relay import POINTS, REPLIES, Deed, Part
from stories import REF

PEOPLE = tuple(AUDIENCE_OF)

DEEDS: tuple[Deed, ...] = (
    *(("hold", REF), ("hold", None), ("hold", None)),
    *(("resume",),) * 2,
    *(("withdraw",),) * 2,
    *(("cancel",),) * 2,
    *(("correct",),) * 3,
    *(("reschedule", hours, name) for hours in (2, 30) for name in (None, "wires", "national")),
    *(("lift",),) * 2,
    *(("suppress", who) for who in PEOPLE[1::2]),
    *(("unaccept", who) for who in PEOPLE[:2]),
    ("accept", "bo@wire.example"),
    *(("approve",),) * 3,
    *(("resolve", event) for event in ("resend", "resend", "accept", "reject")),
    *(("queue", name, hours) for name in AUDIENCES for hours in (None, 30)),
    *(("clock", minutes) for minutes in (1, 90, -1, -90, -1500)),
)
"""What people can do, at their desks and in the middle of a transaction; and what clocks do."""

Start = tuple[tuple[Part, ...], ...]
STARTS: tuple[Start, ...] = (
    (),
    *(((),),) * 4,
    ((), (Part(),)),
    ((), (Part("drop dot"),)),
    ((), (Part("451 dot"), Part("kill dot"))),
    ((), (Part(), Part("kill RCPT")), (Part(), Part("drop text"))),
)
"""How lives begin: with a plan; a yes to it (an empty run); and runs with a relay like this."""

IN_THE_MIDDLE: tuple[Deed, ...] = (
    *(("hold", REF), ("hold", None)),
    *(("withdraw",), ("cancel",), ("lift",)),
    *(("correct",),) * 2,
    *(("reschedule", 30, None),) * 2,
    *(("suppress", ""), ("unaccept", "")),
    *(("clock", -1500), ("clock", -1), ("clock", 1500)),
)
"""What matters most while a copy is handed over; "" is whose copy that is."""

AT_THE_LAST_MOMENT: tuple[Deed, ...] = (
    *(("unaccept", ""),) * 3,
    *(("clock", 1500), ("clock", -1500)) * 2,
    ("clock", -1),
)
"""What only the gate can still see: the plan was right, and the copy was claimed."""

PARTS = st.one_of(
    st.builds(Part, st.sampled_from(REPLIES)),
    st.builds(
        Part,
        st.sampled_from(("250", "250", "250", "451 dot", "550 dot", "kill DATA", "kill dot")),
        st.sampled_from((*POINTS, "DATA", "text")),
        st.sampled_from(IN_THE_MIDDLE),
    ),
)
