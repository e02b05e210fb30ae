"""The bounds that a process which reads files sets itself before it sees one (S11)."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

NICENESS = 15
"""What people wait for goes before what is read in the background; on Windows the parent sets the priority."""
CHECK_SECONDS = 0.1
PR_SET_PDEATHSIG = 1
"""Of prctl(2): the signal that a process gets when its parent has ended."""


def confine(memory_bytes: int) -> None:
    """Bound the memory of this process, put it behind others, and tie its life to that of Core."""
    if sys.platform == "win32":
        _bound_on_windows(memory_bytes)
        return
    import resource

    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):  # Core decides when this process ends
        signal.signal(ignored, signal.SIG_IGN)
    with suppress(OSError):
        os.nice(NICENESS)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a dump would hold what is in the file
    if sys.platform == "linux":
        # what is written to, not what is mapped: libraries take much address space and little memory
        resource.setrlimit(resource.RLIMIT_DATA, (memory_bytes, memory_bytes))
        with suppress(OSError):
            Path("/proc/self/oom_score_adj").write_text("800", encoding="ascii")  # this one first, not Core
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    else:
        threading.Thread(target=_end_above, args=(memory_bytes,), daemon=True).start()


def _end_above(memory_bytes: int) -> None:
    """Where the system has no bound on memory: end with the signal of one that has."""
    import resource

    unit = 1 if sys.platform == "darwin" else 1024  # of ru_maxrss, by getrusage(2)
    while resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit < memory_bytes:
        time.sleep(CHECK_SECONDS)
    os.kill(os.getpid(), signal.SIGKILL)


def _bound_on_windows(memory_bytes: int) -> None:
    """A job object with a bound on the memory of its processes (JOBOBJECT_EXTENDED_LIMIT_INFORMATION)."""
    if sys.platform != "win32":
        return

    class Limits(ctypes.Structure):
        _fields_ = (
            ("times", ctypes.c_int64 * 2),
            ("flags", ctypes.c_uint32),
            ("working_set", ctypes.c_size_t * 2),
            ("active_processes", ctypes.c_uint32),
            ("affinity", ctypes.c_size_t),
            ("classes", ctypes.c_uint32 * 2),
            ("counters", ctypes.c_uint64 * 6),
            ("process_memory", ctypes.c_size_t),
            ("job_memory", ctypes.c_size_t),
            ("peaks", ctypes.c_size_t * 2),
        )

    extended_limits, process_memory = 9, 0x100
    system = ctypes.WinDLL("kernel32", use_last_error=True)
    system.CreateJobObjectW.restype = system.GetCurrentProcess.restype = ctypes.c_void_p
    job, process = ctypes.c_void_p(system.CreateJobObjectW(None, None)), system.GetCurrentProcess()
    limits = Limits(flags=process_memory, process_memory=memory_bytes)
    system.SetInformationJobObject(job, extended_limits, ctypes.byref(limits), ctypes.sizeof(limits))
    system.AssignProcessToJobObject(job, ctypes.c_void_p(process))
