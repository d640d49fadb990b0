"""Usage: header_parsing_pydicom.py LIST SECONDS. The same work by pydicom: read up to the pixel data, leave values longer than 4096 bytes on disk."""
import sys
import time
import warnings

import pydicom

warnings.simplefilter("ignore")
paths = [line.rstrip("\n") for line in open(sys.argv[1])]
seconds = float(sys.argv[2])
parsed = failed = 0
start = time.perf_counter()
while time.perf_counter() - start < seconds:
    for path in paths:
        try:
            pydicom.dcmread(path, stop_before_pixels=True, force=True, defer_size=4096)
            parsed += 1
        except Exception:
            failed += 1
print(f"files_per_second {parsed / (time.perf_counter() - start)} failed {failed}")
