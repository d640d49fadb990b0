"""Worker processes beside the server: they come with it, are replaced, and go with it, however it goes."""
import os
import signal
import time
from pathlib import Path

import requests


def workers_of(process):
    """Numbers of the live children that decode frames."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, parent = stat.read_text().rpartition(")")[2].split()[:2]
            command = (stat.parent / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if int(parent) == process and state != "Z" and b"worker" in command:
            found.append(int(stat.parent.name))
    return sorted(found)


def wait_for(condition, seconds=20):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if result := condition():
            return result
        time.sleep(0.02)
    raise AssertionError("it did not happen in time")


def is_alive(process):
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def ready(server):
    answer = requests.get(f"{server.http}/health/ready", timeout=10)
    assert answer.status_code == 200
    return answer.text


def test_as_many_as_asked_for_and_the_health_page_counts_them(new_server):
    server = new_server("--set", "workers.count=3")
    assert len(wait_for(lambda: len(found := workers_of(server.process.pid)) == 3 and found)) == 3
    wait_for(lambda: "workers: 3 running, 0 busy, 0 frames waiting, 0 restarts" in ready(server))
    assert server.stop() == 0


def test_one_that_is_killed_is_replaced_and_told(new_server):
    server = new_server("--set", "workers.count=1")
    [first] = wait_for(lambda: workers_of(server.process.pid))
    wait_for(lambda: "1 running" in ready(server))
    os.kill(first, signal.SIGKILL)
    wait_for(lambda: "1 running" in ready(server) and "1 restarts" in ready(server))
    assert workers_of(server.process.pid) != [first]
    assert "SIGKILL" in server.wait_for_log(r"worker.*SIGKILL")
    assert server.stop() == 0


def test_they_end_with_the_server(new_server):
    server = new_server("--set", "workers.count=2")
    workers = wait_for(lambda: len(found := workers_of(server.process.pid)) == 2 and found)
    wait_for(lambda: "2 running" in ready(server))
    assert server.stop() == 0
    assert not any(is_alive(worker) for worker in workers)


def test_they_end_with_a_server_that_is_killed(new_server):
    server = new_server("--set", "workers.count=2")
    workers = wait_for(lambda: len(found := workers_of(server.process.pid)) == 2 and found)
    wait_for(lambda: "2 running" in ready(server))
    server.kill()
    wait_for(lambda: not any(is_alive(worker) for worker in workers))


def test_what_a_terminal_or_service_manager_sends_is_the_servers_business(new_server):
    server = new_server("--set", "workers.count=1")
    [worker] = wait_for(lambda: workers_of(server.process.pid))
    wait_for(lambda: "1 running" in ready(server))
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        os.kill(worker, number)
    assert os.getpgid(worker) != os.getpgid(server.process.pid)
    assert workers_of(server.process.pid) == [worker]
    assert "0 restarts" in ready(server)
    assert server.stop() == 0


def test_no_command_for_people():
    import subprocess
    from peer.server import BINARY
    run = subprocess.run([BINARY, "worker"], capture_output=True, text=True, timeout=30)
    assert run.returncode == 64 and "started by the server alone" in run.stderr
    assert "worker" not in subprocess.run([BINARY, "--help"], capture_output=True, text=True, timeout=30).stdout.split("SUBCOMMANDS")[-1]
