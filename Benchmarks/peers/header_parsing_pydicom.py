"""Usage: header_parsing_pydicom.py LIST SECONDS. The same work by pydicom: read up to the pixel data, leave values longer than 4096 bytes on disk."""
import sys
import time
import warnings

import pydicom

warnings.simplefilter("ignore")
paths = [line.rstrip("\n") for line in open(sys.argv[1])]
seconds = float(sys.argv[2])


def parse(path):
    try:
        pydicom.dcmread(path, stop_before_pixels=True, force=True, defer_size=4096)
        return True
    except Exception:
        return False


# The first pass is not timed: it fills the page cache.
for path in paths:
    parse(path)
parsed = failed = 0
start = time.process_time()
while time.process_time() - start < seconds:
    for path in paths:
        if parse(path):
            parsed += 1
        else:
            failed += 1
print(f"files_per_second {parsed / (time.process_time() - start)} failed {failed}")
