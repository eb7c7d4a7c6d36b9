"""How the runner starts its kernels."""

from __future__ import annotations

import os
import shutil
import tempfile
import weakref

from jupyter_client.manager import AsyncKernelManager
from traitlets import default


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
