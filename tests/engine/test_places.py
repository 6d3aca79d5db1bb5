"""A pool whose workers are killed while they hand over what they made."""

import subprocess
import sys
import textwrap

SCRIPT = textwrap.dedent("""
    import multiprocessing, os, signal, threading, time
    from stationkeep.engine.places import Pool

    def big(job):
        return bytes([job]) * 60_000_000

    def kill_some():
        for pause_s in (0.02, 0.05, 0.03, 0.08):
            while not (found := multiprocessing.active_children()):
                time.sleep(0.001)
            time.sleep(0.4 + pause_s)  # a worker starts in some 0.3 s, then hands over without a pause
            os.kill(found[-1].pid, signal.SIGKILL)

    if __name__ == "__main__":
        threading.Thread(target=kill_some, daemon=True).start()
        made = {job: len(set(found)) * len(found) for job, found in Pool(2).each(big, range(24))}
        print(sorted(made) == list(range(24)), set(made.values()))
""")


def test_a_worker_killed_while_it_hands_over_is_not_waited_for(tmp_path):
    script = tmp_path / "killed.py"
    script.write_text(SCRIPT)
    told = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, timeout=120, check=False)
    assert told.stdout == "True {60000000}\n", told.stderr
