"""Which system calls a process may make, by seccomp.

What a function of an exercise never needs is denied: it fails with EPERM, as for a user without the right.  The
filter knows calls of this machine's architecture; one of another architecture kills the process.  Source: seccomp(2).
"""

import errno
from contextlib import suppress
from typing import Any

DENIED = """
    execve execveat fork vfork  ptrace process_vm_readv process_vm_writev process_madvise process_mrelease kcmp
    pidfd_open pidfd_getfd pidfd_send_signal
    socket socketpair connect bind listen accept accept4 sendto sendmsg sendmmsg recvfrom recvmsg recvmmsg
    setns unshare mount umount2 pivot_root chroot move_mount open_tree fsopen fsmount fsconfig fspick mount_setattr
    shmget shmat shmctl shmdt semget semop semtimedop semctl msgget msgsnd msgrcv msgctl
    mq_open mq_unlink mq_timedsend mq_timedreceive mq_notify mq_getsetattr
    memfd_create memfd_secret
    chmod fchmod fchmodat fchmodat2 chown lchown fchown fchownat utime utimes futimesat utimensat
    setxattr lsetxattr fsetxattr setxattrat removexattr lremovexattr fremovexattr removexattrat mknod mknodat
    bpf perf_event_open userfaultfd io_uring_setup io_uring_enter io_uring_register keyctl add_key request_key
    kexec_load kexec_file_load init_module finit_module delete_module reboot swapon swapoff acct quotactl quotactl_fd
    sethostname setdomainname settimeofday clock_settime adjtimex clock_adjtime ioperm iopl modify_ldt personality
    name_to_handle_at open_by_handle_at fanotify_init inotify_init inotify_init1 lookup_dcookie syslog vhangup
    setrlimit sched_setaffinity sched_setscheduler sched_setattr setpriority ioprio_set
    setuid setgid setreuid setregid setresuid setresgid setgroups setfsuid setfsgid capset
    move_pages migrate_pages
"""

_CLONE_THREAD = 0x00010000


def is_there() -> bool:
    """Whether libseccomp is; it is looked for with programs that a locked-in process may not start."""
    return _library() is not None


def _library() -> Any:
    try:
        import pyseccomp
    except (ImportError, RuntimeError):
        return None
    return pyseccomp


def syscall_filter(pid: int) -> Any:
    """The filter for the process `pid`, to be loaded there.  Only where libseccomp is (`is_there`)."""
    seccomp = _library()
    deny = seccomp.ERRNO(errno.EPERM)
    rules = seccomp.SyscallFilter(defaction=seccomp.ALLOW)
    for name in DENIED.split():
        # A name that this libseccomp does not know, or a call that the architecture does not have.
        with suppress(OSError, RuntimeError, ValueError):
            rules.add_rule(deny, name)
    rules.add_rule(deny, "clone", seccomp.Arg(0, seccomp.MASKED_EQ, _CLONE_THREAD, 0))  # processes, but not threads
    rules.add_rule(seccomp.ERRNO(errno.ENOSYS), "clone3")  # its flags cannot be seen; libc goes on with clone
    for name in ("kill", "tgkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo"):
        rules.add_rule(deny, name, seccomp.Arg(0, seccomp.NE, pid))
    rules.add_rule(deny, "tkill")
    rules.set_attr(seccomp.Attr.CTL_TSYNC, 1)
    return rules
