"""Files that a user asked for: there whole or not at all, also on a disk that is full or loses its power.

Those of runs are written by `runs.safe_files`, which trusts no folder; here the folder is the user's own.
"""

from __future__ import annotations

import errno
import os
import secrets
from pathlib import Path

_NO_LINKS = {errno.EPERM, errno.EOPNOTSUPP, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK}
"""What file systems that know no second names say."""


def put_whole(path: Path, content: bytes, *, replace: bool = True) -> None:
    """Write a file aside in the same folder, sync it, then give it its name.

    Parameters
    ----------
    path
        Where to.
    content
        All of it.
    replace
        Whether a file that is there gives way.

    Raises
    ------
    FileExistsError
        If something is there that may not be replaced.
    OSError
        If it cannot be written; what was there is left, and nothing else.
    """
    # Not `with_name`, which refuses a path without a last name ("."); naming it below says that it is a folder.
    aside = path.parent / f".{path.name[:100]}.{secrets.token_hex(8)}"
    # Opened with the rights that a new file of the user has: asking for the mask would change it for other threads.
    file = aside.open("xb")
    try:
        with file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if replace:
            aside.replace(path)
        else:
            _name_new(aside, path)
    finally:
        aside.unlink(missing_ok=True)


def _name_new(aside: Path, path: Path) -> None:
    """Give a file a name that nothing has, even if another process wants it at the same time."""
    try:
        path.hardlink_to(aside)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        # Such a file system cannot promise more than a look before.
        if path.exists():
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path)) from None
        aside.replace(path)
