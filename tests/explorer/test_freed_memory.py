import platform
import subprocess
import sys

import pytest

BLOCKS = """
import resource, sys
import numpy as np
from explorer.freed_memory import keep_freed_memory
if sys.argv[1] == "kept":
    keep_freed_memory()
def fill():
    return [np.ones(500_000) for _ in range(8)]
fill()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(20):
    fill()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="glibc's malloc is what is told")
def test_arrays_of_a_round_do_not_come_from_the_system_again_and_again():
    def faults(how: str) -> int:
        command = [sys.executable, "-c", BLOCKS, how]
        return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)

    assert faults("kept") < 1_000 < faults("not")
