"""What setup has changed on this machine, so that a second run knows it and `undo` takes it back.

/var/lib/keyferry-server/setup.json, mode 600: {"answers", "files": {PATH: {"before": TEXT or null, "mode", "wrote": SHA-256}},
"links": [PATH], "services": [NAME], "share": ID or absent}. It is written before the change that it tells of.
"""

import hashlib
import json
import os
from pathlib import Path

from .trouble import Trouble

PATH = Path("/var/lib/keyferry-server/setup.json")


def digest(text):
    return hashlib.sha256(text.encode()).hexdigest()


def write_whole(path, text, mode):
    """Replaces a file whole: whoever reads it sees the old text or the new one."""
    fresh = path.with_name(f".{path.name}.new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    with open(descriptor, "w", encoding="utf-8") as file:
        os.fchmod(file.fileno(), mode)
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.rename(path)


class Record:
    def __init__(self):
        self.known = {"answers": {}, "files": {}, "links": [], "services": []}
        if PATH.exists():
            try:
                self.known = json.loads(PATH.read_text("utf-8"))
            except ValueError as why:
                raise Trouble(f"{PATH} is damaged ({why}); put it back from a backup, or remove it and undo by hand") from why
        self.changed = []

    def exists(self):
        return PATH.exists()

    def save(self):
        PATH.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_whole(PATH, json.dumps(self.known, indent=1) + "\n", 0o600)

    def put(self, path, text, mode=0o644):
        """Makes the file have this text; true if it had another one."""
        path = Path(path)
        before = path.read_text("utf-8") if path.exists() else None
        if before == text:
            return False
        entry = self.known["files"].setdefault(str(path), {"before": before, "mode": path.stat().st_mode & 0o7777 if path.exists() else None})
        entry["wrote"] = digest(text)
        self.save()
        path.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        write_whole(path, text, mode)
        self.changed.append(str(path))
        return True

    def link(self, path, target):
        path = Path(path)
        if path.is_symlink() and os.readlink(path) == target:
            return False
        if path.exists() or path.is_symlink():
            raise Trouble(f"{path} exists and is not ours; move it away")
        self.known["links"].append(str(path))
        self.save()
        path.symlink_to(target)
        self.changed.append(str(path))
        return True

    def note(self, name, value):
        if self.known.get(name) != value:
            self.known[name] = value
            self.save()

    def put_back(self, path):
        """Undoes put(). A file that somebody has changed since is kept beside, as PATH.changed; its name, or nothing."""
        path, entry = Path(path), self.known["files"].get(str(path))
        if entry is None:
            return None
        kept = None
        if path.exists() and digest(path.read_text("utf-8")) != entry["wrote"]:
            kept = path.with_name(path.name + ".changed")
            write_whole(kept, path.read_text("utf-8"), 0o600)
        if entry["before"] is None:
            path.unlink(missing_ok=True)
        else:
            write_whole(path, entry["before"], entry["mode"])
        del self.known["files"][str(path)]
        self.save()
        return kept

    def revert(self, path, earlier):
        """The text from before this run, or no file; what was there before setup stays known."""
        if earlier is None:
            self.put_back(path)
        else:
            self.put(path, earlier)
        if str(path) in self.changed:
            self.changed.remove(str(path))

    def unlink(self, path):
        if path in self.known["links"]:
            if Path(path).is_symlink():
                Path(path).unlink()
            self.known["links"].remove(path)
            self.save()

    def forget(self):
        PATH.unlink(missing_ok=True)
