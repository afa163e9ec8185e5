"""What a process used so far, as the kernel counts it."""

from pathlib import Path


def cpu_seconds(pid):
    """CPU time of all living threads."""
    return sum(int((task / "schedstat").read_text().split()[0]) for task in Path(f"/proc/{pid}/task").iterdir()) / 1e9


def resident_mb(pid):
    """MB (10^6 octets) resident."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024 / 1e6
    raise RuntimeError(f"process {pid} has no VmRSS")


def disk_mb(folder):
    """MB (10^6 octets) that the files of a folder take on the disk."""
    return sum(path.stat().st_blocks * 512 for path in Path(folder).iterdir()) / 1e6
