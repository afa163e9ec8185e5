"""Plays the story with the programs of this build and lays what they wrote into a folder."""

import json
import shutil

from interface import Interface, SeenWallet
from kept import HOME, PROGRAMS, Kept
from story import BEGIN, PEOPLE, tell

# What a world needs to run but no release wrote; logs, and room that the stores keep aside.
LEFT_OUT = ("cert.pem", "key.pem", "log.txt", "lock", "*.lock", "lock-*", "reserve", "*.reserve", "*-shm", "*.sock", "web.jwks", "*.moved")


class Recorded(Kept):
    kind_of_wallet = SeenWallet


def record(folder, version=None, keep=True):
    """Returns the story. Writes it, the interface and (with `keep`) all state into `folder`."""
    interface = SeenWallet.interface = Interface()
    with Recorded(begin=BEGIN) as kept:
        story, told = tell(kept.start(), interface)
        folder.mkdir(parents=True, exist_ok=True)
        for name in (*PROGRAMS, "stick", *PEOPLE) if keep else ():
            shutil.copytree(HOME / name, folder / name, ignore=shutil.ignore_patterns(*LEFT_OUT))
        kept.start()
        story.wallets_say()
        story.exits()
        told["version"] = version
        (folder / "story.json").write_text(json.dumps(told, indent=1, sort_keys=True, ensure_ascii=False) + "\n", "utf-8")
        (folder / "interface.json").write_text(json.dumps(interface.record(), indent=1) + "\n", "utf-8")
    return told
