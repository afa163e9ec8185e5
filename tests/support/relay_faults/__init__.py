"""Faults of relays, one thing wrong in each, and the check of keyferry-conformance that has to find it.

FAULTS is {name: (check, words of what it sees, fault)}, DROPBOX_FAULTS the same for /t/; how a fault works: ../fault_proxy.py. What kinds they
are: classes.py.
"""

from . import calls, claims, drops, life, looks, news, page, refused, request_ids, scope, state  # noqa: F401 (they register)
from .classes import CLASSES, table
from .registry import DROPBOX_FAULTS, FAULTS, edited

__all__ = ["CLASSES", "DROPBOX_FAULTS", "FAULTS", "edited", "table"]
