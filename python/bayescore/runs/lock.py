"""One writer a run: a lock that the system takes back when the process ends, however it ends.

Locks of the open file description: unlike those of ``flock`` they can be asked about without being taken, so a reader
that looks never stands in a writer's way.
"""

from __future__ import annotations

import fcntl
import os
import struct

_FLOCK = "hhqqi"
"""``struct flock``: type, whence, start, length, pid (0)."""


def _request(kind: int) -> bytes:
    return struct.pack(_FLOCK, kind, os.SEEK_SET, 0, 0, 0)


def acquire(fd: int) -> bool:
    """Take the lock of a file open for writing, until it is closed; ``False`` if another one holds it."""
    try:
        fcntl.fcntl(fd, fcntl.F_OFD_SETLK, _request(fcntl.F_WRLCK))
    except (BlockingIOError, PermissionError):
        return False
    return True


def held(fd: int) -> bool:
    """Whether somebody holds the lock of an open file."""
    answer = fcntl.fcntl(fd, fcntl.F_OFD_GETLK, _request(fcntl.F_WRLCK))
    return bool(struct.unpack_from(_FLOCK, answer)[0] != fcntl.F_UNLCK)
