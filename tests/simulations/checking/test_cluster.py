"""Over a cluster and after a kill: the same numbers, bit for bit."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time

import pytest

import simulations
from simulations.checking import cluster
from simulations.checking.estimation import BLOCK
from simulations.partitions.voronoi import Voronoi

distributed = pytest.importorskip("distributed")


def numbers(report):
    result = report.to_json()
    return {k: v for k, v in result.items() if k not in ("seconds", "samples_per_second")}


def test_a_cluster_that_loses_a_worker_gives_the_local_numbers():
    partition = Voronoi.random(dim=3, classes=20)
    samples = 8 * BLOCK + 5
    local = simulations.check(partition, samples=samples, workers=1)
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
    ) as machines:
        victims = [worker.pid for worker in machines.workers.values()]
        seen = []

        def kill_one(done, total):
            seen.append(done)
            if len(seen) == 3:
                os.kill(victims[0], signal.SIGKILL)

        remote = simulations.check(
            partition, samples=samples, dask=machines.scheduler_address, progress=kill_one
        )
    assert len(seen) == 9
    assert numbers(remote) == numbers(local)


def test_kill_9_loses_nothing_and_counts_nothing_twice(tmp_path):
    file = tmp_path / "state.npz"
    command = [sys.executable, "-m", "simulations.halfspaces", "--json", "--seed", "3"]
    command += ["--samples", str(200 * BLOCK + 1)]
    victim = subprocess.Popen([*command, "--checkpoint", str(file)], stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while not file.exists() and time.monotonic() < deadline:
        time.sleep(0.005)
    time.sleep(0.05)
    victim.send_signal(signal.SIGKILL)
    assert victim.wait() == -signal.SIGKILL
    results = []
    for extra in (["--checkpoint", str(file)], []):
        found = subprocess.run([*command, *extra], capture_output=True, text=True, timeout=120)
        assert found.returncode == 0, found.stderr
        result = json.loads(found.stdout)
        del result["seconds"], result["samples_per_second"]
        results.append(result)
    assert results[0] == results[1]
    assert results[0]["samples"] == 200 * BLOCK + 1


def test_ctrl_c_reports_the_finished_blocks(tmp_path):
    file = tmp_path / "begun.npz"
    command = [sys.executable, "-m", "simulations.halfspaces", "--json", "--samples", str(10**12)]
    command += ["--checkpoint", str(file)]
    # A suite started in the background of a shell ignores Ctrl-C, and so would its children.
    handler = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        running = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    finally:
        signal.signal(signal.SIGINT, handler)
    deadline = time.monotonic() + 60
    while not file.exists() and time.monotonic() < deadline:
        time.sleep(0.005)
    running.send_signal(signal.SIGINT)
    out, _ = running.communicate(timeout=60)
    assert running.returncode == 130
    result = json.loads(out)
    assert result["interrupted"]
    assert result["samples"] % BLOCK == 0
    assert 0 < result["samples"] < 10**12


def test_an_address_without_a_scheduler_is_an_error(monkeypatch):
    monkeypatch.setattr(cluster, "CONNECT_SECONDS", 1)
    with pytest.raises(ValueError, match="no scheduler answers"):
        simulations.check(Voronoi.random(2, 3), samples=10, dask="tcp://127.0.0.1:1")


def test_what_is_no_scheduler_is_told_from_one():
    """A server that says nothing, and one that says what no scheduler does."""
    for said in (b"", b"HTTP/1.1 400 Bad Request\r\n\r\n"):
        with socket.create_server(("127.0.0.1", 0)) as server:

            def answer(server=server, said=said):
                with server.accept()[0] as connection:
                    connection.sendall(said)
                    connection.recv(1 << 20)
                    connection.recv(1 << 20)

            threading.Thread(target=answer, daemon=True).start()
            address = f"tcp://127.0.0.1:{server.getsockname()[1]}"
            with pytest.raises(ValueError, match="no scheduler answers"):
                simulations.check(Voronoi.random(2, 3), samples=10, dask=address)
