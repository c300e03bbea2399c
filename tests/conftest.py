"""Set-up of the whole suite.

Hypothesis profiles: "ci" draws the same examples every time, "dev" goes on looking.
"""

from __future__ import annotations

import os

from hypothesis import settings

# Before numpy and torch start their threads: on matrices this small they only wait for each
# other, for seconds where other processes want the cores as well.
for _variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_variable, "1")

settings.register_profile("ci", derandomize=True, deadline=None, print_blob=True)
settings.register_profile("dev", deadline=None)
settings.load_profile("ci" if os.environ.get("CI") else "dev")
