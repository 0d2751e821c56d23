"""What a careful sub-editor checks before anything is approved. Pure, and total.

`check` looks at one version, its dispatches, recipients and rendered copies, and returns every
finding in plain words. A finding that `blocks` must be mended; the others are for a person's eye.
"""

from mailer.core.preflight.checks import Checked, Sample, check
from mailer.core.preflight.finding import CODES, Finding

__all__ = ["CODES", "Checked", "Finding", "Sample", "check"]
