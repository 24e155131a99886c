"""Which files a process may open, by Landlock: of itself, for good, without any privilege.

It also keeps signals and abstract sockets inside, and TCP away, where the kernel is new enough.  Not covered, so
denied by `grader.sandbox.calls`: changing modes, owners, times and attributes of files; UDP.  Source: landlock(7).
"""

import sys
from collections.abc import Iterable
from pathlib import Path


def is_there() -> bool:
    """Whether this kernel has it, and whether it is switched on."""
    if not sys.platform.startswith("linux"):
        return False
    from py_landlock import LandlockDisabledError, LandlockNotAvailableError, get_abi_version

    try:
        get_abi_version()
    except (LandlockNotAvailableError, LandlockDisabledError):
        return False
    return True


def put_up(read: Iterable[Path], write: Iterable[Path]) -> None:
    """Let this process, which has one thread, read below `read`, and read and write below `write`.  Nothing else."""
    from py_landlock import AccessFs, Landlock

    of_files = AccessFs.READ_FILE | AccessFs.WRITE_FILE | AccessFs.TRUNCATE
    look = AccessFs.READ_FILE | AccessFs.READ_DIR  # and not EXECUTE: no program is started
    make = AccessFs.MAKE_REG | AccessFs.MAKE_DIR | AccessFs.REMOVE_FILE | AccessFs.REMOVE_DIR | AccessFs.REFER
    rules = Landlock(strict=False)  # an older kernel restricts what it can
    for path in read:
        rules.add_path_rule(path, access=look if path.is_dir() else look & of_files)
    for path in write:
        rules.add_path_rule(path, access=look | make | of_files if path.is_dir() else of_files)
    rules.apply()
