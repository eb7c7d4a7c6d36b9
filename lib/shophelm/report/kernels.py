"""How the runner starts its kernels: fast, and where nothing else on the machine can listen."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import sys
import tempfile
import threading
import uuid
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import forkserver
from types import ModuleType
from typing import Any

from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning import LocalProvisioner
from traitlets import default

FORKS = "forkserver" in multiprocessing.get_all_start_methods() and sys.platform != "darwin"
"""Whether kernels are forked from a process that has imported everything once."""


_STARTING = threading.Lock()


class LocalKernelManager(AsyncKernelManager):
    """A kernel spoken to through sockets in a folder of its own, where there are such.

    Nothing else on the machine can listen, no port is taken, and kernels started at the same
    moment cannot meet.
    """

    @default("transport")
    def _use_ipc(self) -> str:
        return "ipc" if os.name == "posix" else "tcp"

    @default("ip")
    def _own_folder(self) -> str:
        if self.transport != "ipc":
            return "127.0.0.1"
        # the system caps a socket's path at about 100 characters: keep it short
        folder = tempfile.mkdtemp(prefix="sh-")
        weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        return os.path.join(folder, "k")  # noqa: PTH118

    async def _async_pre_start_kernel(self, **options: Any) -> tuple[list[str], dict]:
        if FORKS and self.provisioner is None:
            self.kernel_id = self.kernel_id or str(uuid.uuid4())
            self.provisioner = _Forking(
                kernel_id=self.kernel_id, kernel_spec=self.kernel_spec, parent=self
            )
        return await super()._async_pre_start_kernel(**options)


def get_ready() -> None:
    """Begin to import what kernels will need, in the process they are forked from.

    It takes seconds, and goes on beside whatever is done here until the first kernel is wanted.
    """
    if FORKS:
        multiprocessing.set_forkserver_preload(["shophelm.report.preloaded"])
        with _nameless_main():
            forkserver.ensure_running()


class _Forking(LocalProvisioner):
    """Starts each kernel as a fresh fork of a process that has imported what kernels import.

    The imports of a notebook take longer than many a notebook's questions. That process is made
    by Python's own fork server, holds no thread and no connection, and ends with this one.
    """

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> dict:
        """Fork the kernel that `cmd` would have started."""
        server = multiprocessing.get_context("forkserver")
        arguments = cmd[cmd.index("-f") :]
        folder = kwargs.get("cwd") or os.getcwd()  # noqa: PTH109
        given = (arguments, dict(kwargs.get("env") or os.environ), str(folder))
        process = server.Process(target=serve, args=given, daemon=True)
        with _nameless_main():
            process.start()
        self.process = _Process(process)
        self.pid = process.pid
        return self.connection_info


@contextmanager
def _nameless_main() -> Iterator[None]:
    """Keep the forked process from importing the script that runs here, as it otherwise would."""
    with _STARTING:
        main = sys.modules["__main__"]
        sys.modules["__main__"] = ModuleType("__main__")
        try:
            yield
        finally:
            sys.modules["__main__"] = main


class _Process:
    """A forked process, as the provisioner expects `subprocess` to give it."""

    stdin = stdout = stderr = None

    def __init__(self, process: multiprocessing.process.BaseProcess) -> None:
        self.process = process
        self.kill, self.terminate = process.kill, process.terminate

    def poll(self) -> int | None:
        """Give the exit code; None while it runs."""
        return self.process.exitcode

    def wait(self) -> int | None:
        """Wait for its end and give the exit code."""
        self.process.join()
        return self.process.exitcode

    def send_signal(self, signum: int) -> None:
        """Send it a signal."""
        if self.process.pid and self.process.is_alive():
            os.kill(self.process.pid, signum)


def serve(arguments: list[str], environment: dict[str, str], folder: str) -> None:
    """Be a kernel; runs in the forked process.

    Parameters
    ----------
    arguments
        Of `python -m ipykernel`.
    environment, folder
        What the kernel is to find as its own; those of the fork server may be older.
    """
    from ipykernel.kernelapp import IPKernelApp

    # an interrupt at the terminal is for who started the report
    os.setsid()
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    # the kernel ends itself when the fork server, and so the report, is gone
    app = IPKernelApp.instance(parent_handle=os.getppid())
    app.initialize(arguments)
    app.start()
