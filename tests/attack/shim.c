/* Fails, or kills the process at, the n-th system call that changes something below a folder.
 *
 * Preloaded into Python. `shim_arm` says what is to happen, `shim_count` how many calls there have been since; calls
 * that name other places pass untouched and uncounted, and so do either the heartbeats of a run or all others.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

static char under[PATH_MAX];
static atomic_long count;
static long from = -1;
static int error_number, signal_number, lasting, heartbeats;

void shim_arm(const char *folder, long at, int error, int signal, int forever, int beats)
{
    strncpy(under, folder, sizeof under - 1);
    atomic_store(&count, 0);
    error_number = error;
    signal_number = signal;
    lasting = forever;
    heartbeats = beats;
    from = at;
}

long shim_count(void) { return atomic_load(&count); }

/* Heartbeats come by the clock: counted among the others they would make every training another one. */
static int watched(const char *path) { return !strstr(path, "live.json") == !heartbeats; }

static int below(const char *path) { return under[0] && strncmp(path, under, strlen(under)) == 0; }

static int below_fd(int fd, int of_file)
{
    char link[64], path[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, path, sizeof path - 1);
    if (n < 0)
        return 0;
    path[n] = 0;
    return below(path) && (!of_file || watched(path));
}

static int below_at(int dir, const char *path)
{
    if (!under[0] || !watched(path))
        return 0;
    if (path[0] == '/')
        return below(path);
    if (dir != AT_FDCWD)
        return below_fd(dir, 0);
    char cwd[PATH_MAX];
    return getcwd(cwd, sizeof cwd) && below(cwd);
}

/* Counts one call; non-zero if it is to fail. */
static int strike(void)
{
    long n = atomic_fetch_add(&count, 1) + 1;
    if (from < 0 || !(lasting ? n >= from : n == from))
        return 0;
    if (signal_number) {
        kill(getpid(), signal_number);
        return 0;
    }
    errno = error_number;
    return 1;
}

#define REAL(name) \
    static __typeof__(&name) real; \
    if (!real) \
        real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

ssize_t write(int fd, const void *buffer, size_t n)
{
    REAL(write);
    if (under[0] && below_fd(fd, 1) && strike()) {
        /* A disk that fills up takes a part of what it is given, until nothing fits any more. */
        if (error_number == ENOSPC && lasting && n > 1)
            return real(fd, buffer, n / 2);
        return -1;
    }
    return real(fd, buffer, n);
}

int fsync(int fd)
{
    REAL(fsync);
    return under[0] && below_fd(fd, 1) && strike() ? -1 : real(fd);
}

int fdatasync(int fd)
{
    REAL(fdatasync);
    return under[0] && below_fd(fd, 1) && strike() ? -1 : real(fd);
}

#define OPEN(name) \
    int name(const char *path, int flags, ...) \
    { \
        REAL(name); \
        mode_t mode = 0; \
        if (flags & (O_CREAT | O_TMPFILE)) { \
            va_list more; \
            va_start(more, flags); \
            mode = va_arg(more, mode_t); \
            va_end(more); \
        } \
        return below_at(AT_FDCWD, path) && strike() ? -1 : real(path, flags, mode); \
    }
OPEN(open)
OPEN(open64)

#define OPENAT(name) \
    int name(int dir, const char *path, int flags, ...) \
    { \
        REAL(name); \
        mode_t mode = 0; \
        if (flags & (O_CREAT | O_TMPFILE)) { \
            va_list more; \
            va_start(more, flags); \
            mode = va_arg(more, mode_t); \
            va_end(more); \
        } \
        return below_at(dir, path) && strike() ? -1 : real(dir, path, flags, mode); \
    }
OPENAT(openat)
OPENAT(openat64)

int rename(const char *old, const char *new)
{
    REAL(rename);
    return below_at(AT_FDCWD, new) && strike() ? -1 : real(old, new);
}

int renameat(int from_dir, const char *old, int to_dir, const char *new)
{
    REAL(renameat);
    return below_at(to_dir, new) && strike() ? -1 : real(from_dir, old, to_dir, new);
}

int mkdir(const char *path, mode_t mode)
{
    REAL(mkdir);
    return below_at(AT_FDCWD, path) && strike() ? -1 : real(path, mode);
}

int mkdirat(int dir, const char *path, mode_t mode)
{
    REAL(mkdirat);
    return below_at(dir, path) && strike() ? -1 : real(dir, path, mode);
}

int unlink(const char *path)
{
    REAL(unlink);
    return below_at(AT_FDCWD, path) && strike() ? -1 : real(path);
}

int unlinkat(int dir, const char *path, int flags)
{
    REAL(unlinkat);
    return below_at(dir, path) && strike() ? -1 : real(dir, path, flags);
}
