"""Press advisories under embargo: one email per journalist, at the right instant, on the record."""

import zoneinfo

# The pinned tzdata package wins over whatever the machine has: two machines of one office must
# never disagree about when an embargo lifts.
zoneinfo.reset_tzpath(to=())

__version__ = "0.1.0"
