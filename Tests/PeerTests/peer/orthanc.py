"""Orthanc with its DICOMweb plugin, where it is installed."""
import json
import shutil
import socket
import subprocess
import time
from pathlib import Path

import pytest
import requests

BINARY = shutil.which("Orthanc", path="/usr/sbin:/usr/bin")
PLUGIN = Path("/usr/share/orthanc/plugins/libOrthancDicomWeb.so")
needs_orthanc = pytest.mark.skipif(BINARY is None or not PLUGIN.exists(), reason="Orthanc with its DICOMweb plugin is not installed")
USER, PASSWORD = "reader", "of-many-pages"


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


class Orthanc:
    def __init__(self, folder):
        port = free_port()
        self.http = f"http://127.0.0.1:{port}"
        self.url = f"{self.http}/dicom-web"
        config = Path(folder) / "orthanc.json"
        config.write_text(json.dumps({
            "StorageDirectory": str(folder), "IndexDirectory": str(folder), "HttpPort": port, "DicomServerEnabled": False, "RemoteAccessAllowed": False,
            "AuthenticationEnabled": True, "RegisteredUsers": {USER: PASSWORD}, "Plugins": [str(PLUGIN)], "DicomWeb": {"Enable": True, "Root": "/dicom-web/"}}))
        self.process = subprocess.Popen([BINARY, str(config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        end = time.monotonic() + 30
        while time.monotonic() < end:
            try:
                if requests.get(f"{self.http}/system", auth=(USER, PASSWORD), timeout=2).ok:
                    return
            except requests.ConnectionError:
                time.sleep(0.1)
        self.stop()
        raise AssertionError("Orthanc did not start")

    def stop(self):
        self.process.terminate()
        self.process.wait(20)
