"""Files of a folder that is not trusted: never through links, never more than is allowed, never half.

Everything goes through an open folder, so that a link put in the way later leads nowhere either.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from typing import TYPE_CHECKING, Literal

from bayescore.errors import DamagedError, MissingError, UnreadableError

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType
    from typing import Self

Kind = Literal["file", "folder", "link", "other"]

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
# O_NONBLOCK: opening a pipe or a device returns at once, and what is not a file is then refused.
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_APPEND = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_UPDATE = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_CHUNK = 1 << 20


def write_all(fd: int, content: bytes) -> None:
    """Write every byte; a disk that fills up may take only a part at a time."""
    view = memoryview(content)
    while view:
        view = view[os.write(fd, view) :]


class Folder:
    """An open folder; names are looked up in it alone.

    Raises
    ------
    MissingError
        If something is not there.
    DamagedError
        If it is something else than it should be: a link, a pipe, a folder in place of a file, too large.
    """

    def __init__(self, path: Path, fd: int) -> None:
        self.path = path
        self.fd = fd

    @classmethod
    def open(cls, path: Path, *, links: bool = False) -> Self:
        """Open a folder by path.

        Parameters
        ----------
        path
            Its last part may be a link only if `links` is set.
        """
        flags = _FOLDER & ~os.O_NOFOLLOW if links else _FOLDER
        try:
            return cls(path, os.open(path, flags))
        except OSError as error:
            raise read_error(path, error) from None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1

    # -- reading -------------------------------------------------------------------------------------------

    def names(self) -> list[str]:
        """Everything in the folder, in order of name."""
        return sorted(os.listdir(self.fd))  # noqa: PTH208 - pathlib takes no open folder

    def kind(self, name: str) -> Kind | None:
        """What a name is, without following it; ``None`` if there is none."""
        try:
            mode = os.stat(name, dir_fd=self.fd, follow_symlinks=False).st_mode
        except FileNotFoundError:
            return None
        if stat.S_ISREG(mode):
            return "file"
        if stat.S_ISDIR(mode):
            return "folder"
        return "link" if stat.S_ISLNK(mode) else "other"

    def folder(self, name: str) -> Folder:
        """Open a folder of this folder."""
        path = self.path / name
        try:
            return Folder(path, os.open(name, _FOLDER, dir_fd=self.fd))
        except OSError as error:
            raise read_error(path, error) from None

    def open_file(self, name: str, limit: int) -> int:
        """Open a file for reading, after a look at what it is.

        Returns
        -------
        int
            Its descriptor, to be closed by the caller.
        """
        path = self.path / name
        try:
            fd = os.open(name, _READ, dir_fd=self.fd)
        except OSError as error:
            raise read_error(path, error) from None
        try:
            found = os.fstat(fd)
            if not stat.S_ISREG(found.st_mode):
                raise DamagedError(f"{path}: not a file")
            if found.st_size > limit:
                raise DamagedError(f"{path}: {found.st_size:,} bytes, more than the {limit:,} it may have")
        except BaseException:
            os.close(fd)
            raise
        return fd

    def read(self, name: str, limit: int) -> bytes:
        """Content of a file of at most `limit` bytes."""
        fd = self.open_file(name, limit)
        try:
            parts, left = [], limit + 1
            while left and (part := os.read(fd, min(left, _CHUNK))):
                parts.append(part)
                left -= len(part)
        except OSError as error:
            raise read_error(self.path / name, error) from None
        finally:
            os.close(fd)
        if not left:
            raise DamagedError(f"{self.path / name}: more than the {limit:,} bytes it may have")
        return b"".join(parts)

    # -- writing: any OSError is the caller's ------------------------------------------------------------------

    def make_folder(self, name: str) -> Folder:
        """Make a folder that is not there yet, and open it."""
        os.mkdir(name, dir_fd=self.fd)
        return self.folder(name)

    def create(self, name: str, content: bytes) -> int:
        """Write a file that is not there yet; returns its descriptor, to be synced and closed by the caller."""
        fd = os.open(name, _NEW, 0o666, dir_fd=self.fd)
        try:
            write_all(fd, content)
        except BaseException:
            os.close(fd)
            raise
        return fd

    def replace(self, name: str, temporary: str, content: bytes, *, sync: bool = True) -> None:
        """Put a file in the place of the old one as a whole."""
        self.remove(temporary)
        self.require_own(name)
        fd = self.create(temporary, content)
        try:
            if sync:
                os.fsync(fd)
        finally:
            os.close(fd)
        os.rename(temporary, name, src_dir_fd=self.fd, dst_dir_fd=self.fd)

    def append_to(self, name: str) -> int:
        """Open a file to be appended to; a file with a second name elsewhere is refused."""
        return self._own(name, _APPEND)

    def update(self, name: str) -> int:
        """Open or make a file for reading and writing, its content untouched."""
        return self._own(name, _UPDATE)

    def _own(self, name: str, flags: int) -> int:
        self.require_own(name)
        fd = os.open(name, flags, 0o666, dir_fd=self.fd)
        found = os.fstat(fd)
        if not stat.S_ISREG(found.st_mode) or found.st_nlink > 1:
            os.close(fd)
            raise DamagedError(f"{self.path / name}: not a file of this run alone; move it away")
        return fd

    def require_own(self, name: str) -> None:
        """Refuse what is no plain file under a name that is to be written."""
        if self.kind(name) not in {None, "file"}:
            raise DamagedError(f"{self.path / name}: not a file; move it away")

    def remove(self, name: str) -> None:
        """Remove a file, if there is one."""
        self.require_own(name)
        with contextlib.suppress(FileNotFoundError):
            os.unlink(name, dir_fd=self.fd)

    def remove_folder(self, name: str, files: frozenset[str]) -> bool:
        """Remove a folder that holds nothing but plain files of these names; else leave it, and say so."""
        with self.folder(name) as inner:
            names = inner.names()
            if any(n not in files or inner.kind(n) != "file" for n in names):
                return False
            for n in names:
                inner.remove(n)
        os.rmdir(name, dir_fd=self.fd)
        return True

    def remove_empty(self, name: str) -> None:
        """Remove a folder that holds nothing."""
        os.rmdir(name, dir_fd=self.fd)

    def move(self, name: str, to: Folder, new: str) -> None:
        os.rename(name, new, src_dir_fd=self.fd, dst_dir_fd=to.fd)

    def sync(self) -> None:
        os.fsync(self.fd)


def read_error(path: Path, error: OSError) -> DamagedError | MissingError:
    """What a call that failed says of a file or folder."""
    if error.errno == errno.ENOENT:
        return MissingError(f"{path}: {os.strerror(errno.ENOENT)}")
    if error.errno in {errno.ELOOP, errno.ENOTDIR, errno.ENXIO}:
        return DamagedError(f"{path}: a link, or not what it should be")
    if error.errno in {errno.EIO, errno.ENOSPC, errno.EDQUOT, errno.ENOMEM, errno.EMFILE, errno.ENFILE}:
        return UnreadableError(f"{path}: cannot be read ({error.strerror})")
    return DamagedError(f"{path}: cannot be read ({error.strerror})")
