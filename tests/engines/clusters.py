"""A Spark cluster of one master and two workers on this machine, as the pip package has it."""

import os
import socket
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path

WAIT = 60


@contextmanager
def spark_cluster(memory="2g"):
    """Start a master and two workers on loopback, give the master's URL, and stop them all."""
    import pyspark

    home = Path(pyspark.__file__).parent
    port, ui = free_port(), free_port()
    env = os.environ | {"SPARK_HOME": str(home), "SPARK_NO_DAEMONIZE": "1"}
    run = str(home / "bin" / "spark-class")
    master = f"spark://127.0.0.1:{port}"
    head = f"org.apache.spark.deploy.master.Master --port {port} --webui-port {ui}"
    hand = f"org.apache.spark.deploy.worker.Worker --cores 2 --memory {memory} --webui-port 0"
    commands = [
        [run, *part.split(), "--host", "127.0.0.1", *of]
        for part, of in ((head, []), (hand, [master]), (hand, [master]))
    ]
    processes = []
    try:
        for command in commands:
            processes.append(start(command, env))
            if command is commands[0]:
                wait_for(port)
        yield master
    finally:
        for process in reversed(processes):
            process.terminate()
        for process in processes:
            process.wait(WAIT)


def start(command, env):
    quiet = subprocess.DEVNULL
    return subprocess.Popen(command, env=env, stdout=quiet, stderr=quiet)


def free_port():
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return asked.getsockname()[1]


def wait_for(port):
    end = time.monotonic() + WAIT
    while time.monotonic() < end:
        with socket.socket() as tried:
            if tried.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)
    raise TimeoutError(f"nothing listens on port {port} after {WAIT} s")
