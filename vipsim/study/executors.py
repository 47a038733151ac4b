"""Who does the work: this process, or several that it starts.

Jobs are independent and each result depends on its job alone, so it does not matter who did it.
Worker processes are always *spawned*: a fork of a process with threads (every notebook is one) can
stop for ever, and so all systems behave alike. Spawning imports the caller's script again in each
worker. A script without ``if __name__ == "__main__":`` around its calls would do all of its work again
there, so it gets no workers. Whatever is in the way of workers is said in one sentence on stderr, and
the work is done here.
"""

from __future__ import annotations

import ast
import multiprocessing
import os
import pickle
import signal
import sys
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing
from itertools import islice
from types import FrameType
from typing import TypeVar

JobT = TypeVar("JobT")
ResultT = TypeVar("ResultT")

AHEAD = 4
"""Jobs that are handed out for each worker, the one at work included."""
_GUARD = 'if __name__ == "__main__":'


def run_jobs(
    call: Callable[[JobT], ResultT], jobs: Sequence[JobT], workers: int = 1
) -> Generator[tuple[int, ResultT], None, None]:
    """Yield (index of the job, ``call(job)``) as the results come, one for each job.

    Parameters
    ----------
    call : callable
        A function of a module, so that workers can import it.
    jobs : sequence
        What to call it with; must be picklable for workers.
    workers : int
        Number of processes; 1: none but this one, and in order.
    """
    leave_if_reimported()
    left = dict(enumerate(jobs))
    if workers > 1 and len(jobs) > 1 and not _is_worker():
        obstacle = _obstacle(jobs)
        if obstacle is None:
            try:
                with closing(_in_processes(call, jobs, min(workers, len(jobs)))) as results:
                    for index, result in results:
                        del left[index]
                        yield index, result
            except BrokenProcessPool:
                obstacle = "a worker process died"
                if len(left) == len(jobs):
                    obstacle = f"no worker process could start (a script's calls belong under {_GUARD!r})"
        if obstacle is not None:
            print(f"vipsim: {obstacle}, so the work goes on in this one process.", file=sys.stderr)
    for index in list(left):
        yield index, call(left[index])


def _in_processes(
    call: Callable[[JobT], ResultT], jobs: Sequence[JobT], workers: int
) -> Generator[tuple[int, ResultT], None, None]:
    """Keep a few jobs ahead of the workers, so that they finish nearly in order and can stop soon."""
    spawn = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(workers, mp_context=spawn, initializer=_ignore_interrupts)
    waiting = enumerate(jobs)
    pending: dict[Future[ResultT], int] = {}
    try:
        while True:
            for index, job in islice(waiting, AHEAD * workers - len(pending)):
                pending[pool.submit(call, job)] = index
            if not pending:
                return
            done, _ = wait(pending, return_when=FIRST_COMPLETED)
            for future in sorted(done, key=pending.__getitem__):
                yield pending.pop(future), future.result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _ignore_interrupts() -> None:
    """Ctrl-C reaches the whole process group, and the parent is the one to act on it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


# --- what can be in the way --------------------------------------------------------------------


def leave_if_reimported() -> None:
    """End this process if it is a worker that is importing the caller's script.

    `_obstacle` finds a script without a guard before it starts anything. Should it be deceived, the
    script runs again in the worker and comes here: without this it would do all of its work again.
    """
    # Set by multiprocessing from the birth of a spawned process until it has imported the script.
    if getattr(multiprocessing.current_process(), "_inheriting", False):
        raise SystemExit(1)


def _is_worker() -> bool:
    return multiprocessing.parent_process() is not None


def _obstacle(jobs: Sequence[object]) -> str | None:
    """Why no worker can do these jobs, as the beginning of a sentence; None if they can."""
    if _lacks_guard(sys._getframe()):
        return f"workers need {_GUARD!r} around the calls of a script"
    if _is_main_lost():
        return "a script that was read from standard input cannot be imported by workers"
    try:
        text = pickle.dumps(jobs[0])
    except (pickle.PicklingError, AttributeError, TypeError):
        return "what is measured cannot be sent to a worker, as no lambda or inner function can"
    if b"__main__" in text and not _is_main_importable():
        return "a function defined in a notebook or at a prompt cannot be sent to a worker"
    return None


def _is_main_importable() -> bool:
    path = getattr(sys.modules.get("__main__"), "__file__", None)
    return path is not None and os.path.isfile(path)


def _is_main_lost() -> bool:
    """Whether workers would look for the caller's script where there is none, as in ``python - < script``."""
    main = sys.modules.get("__main__")
    if getattr(main, "__file__", None) is None or getattr(main, "__spec__", None) is not None:
        return False  # a prompt, a notebook or ``python -c``: nothing to import; or a module with a name
    return not _is_main_importable()


def _lacks_guard(frame: FrameType | None) -> bool:
    """Whether we are called from the top level of a script that a worker would run again as a whole."""
    main = sys.modules.get("__main__")
    if main is None or not _is_main_importable():
        return False
    while frame is not None and not (frame.f_globals is main.__dict__ and frame.f_code.co_name == "<module>"):
        frame = frame.f_back
    if frame is None:
        return False
    if getattr(main.__spec__, "name", "").endswith("__main__"):
        return False  # python -m package: workers do not import it again
    try:
        with open(str(main.__file__), "rb") as file:
            tree = ast.parse(file.read())
    except (OSError, SyntaxError, ValueError):
        return True
    for statement in tree.body:
        if statement.lineno <= frame.f_lineno <= (statement.end_lineno or statement.lineno):
            return not (isinstance(statement, ast.If) and _asks_name(statement.test))
    return True


def _asks_name(test: ast.expr) -> bool:
    return any(isinstance(node, ast.Name) and node.id == "__name__" for node in ast.walk(test))
