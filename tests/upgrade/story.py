"""What a release wrote: shares in every state on both sides, made with the real programs; told in `story.json`.

`tell` plays it in an empty world (kept.py) and returns the story. Each share is named for the state that it is left in; what a test
needs to finish it (link, PIN, code, share id …) stands under that name. Nothing waits by time: the clock is the world's own.
"""

import base64
import hashlib
import json

from interface import CONFIGURED, every_key, example_of
from kept import ACCOUNT, DAY, HOME, HOUR, MINUTE, text_of
from support import BIN
from support.delegation import Key, deny_list, link_id
from support.dropbox import SUITES, Side
from support.exchange import Half
from support.mailbox import Device, claim_key, configuration, path_of, sealed

BEGIN = 1796040000  # 2026-11-30T12:00:00Z, about when 0.1.0 was made
PEOPLE = {"ada": "Ada's laptop", "bob": "Bob's phone", "cleo": "Cleo's tablet"}
CONFIRMED = {"confirmed": (), "confirmed_pin": ("--pin",), "code": ("--code",), "code_pin": ("--code", "--pin")}


def wrong(digits):
    return "000000" if digits != "000000" else "111111"


def accept_arguments(made, *options):
    """`keyferry accept` of what was made, by all that its sender told; to be given what accept_input returns."""
    more = [*(("--pin", made["pin"]) if made.get("pin") else ()), *(("--code", made["code"]) if made.get("code") else ()),
            *(("--secret", made["secret"]) if made.get("secret") else ()), *(("--file", made["file"]) if made.get("file") else ())]
    return ["accept", "--yes", "--allow-local", *more, *options, "-"]


def drop_secret(name):
    return hashlib.sha256(name.encode()).digest()


class Story:
    def __init__(self, kept, interface):
        self.kept, self.interface, self.shares, self.stick = kept, interface, {}, kept.place.folder("stick")
        self.ada, self.bob, self.cleo = (kept.wallet(name, label) for name, label in PEOPLE.items())

    # Acts

    def give(self, name, *options, wallet=None, credential="own", lasts="20d"):
        made = (wallet or self.ada).json("share", credential, "--now", "--yes", "--allow-local", "--for", lasts, "--note", name, *options)
        self.shares[name] = made
        return made

    def give_file(self, name, *options):
        made = self.give(name, "--file", str(self.stick / f"{name}.kf"), *options)
        made["file"] = str(self.stick / f"{name}.kf")
        return made

    def take(self, name, *options, wallet=None, code=0, **told):
        """`told`: what the receiver was told wrongly."""
        made = {**self.shares[name], **told}
        done = (wallet or self.bob).run(*accept_arguments(made, *options), "--json", input=made["link"] + "\n", code=code)
        if code == 0:
            self.interface.saw("keyferry accept", json.loads(done.out.splitlines()[-1]))
        return done

    def invite(self, name, *options):
        """A confirmed share whose sender waits; the Half."""
        words = () if "--code" in options else ("--words", "-")
        sender = Half(self.ada, "share", "own", "--for", "20d", "--note", name, "--allow-local", "--json", *words, *options)
        made = sender.until("link")
        self.shares[name] = {key: made[key] for key in made if key != "event"}
        if "--file" in options:
            self.shares[name]["file"] = options[options.index("--file") + 1]
        return sender

    def arrive(self, name, **told):
        made = {**self.shares[name], **told}
        return Half(self.bob, *accept_arguments(made), "--json", input=made["link"] + "\n")

    def leave(self, *halves):
        """They are killed where they are; what they said is noted."""
        for half in halves:
            half.kill()
            self.interface.saw_events(f"keyferry {half.process.args[1]}", half)

    def reach_words(self, name, *options):
        """Both sides come to the words; returns both and the words."""
        sender = self.invite(name, *options)
        receiver = self.arrive(name)
        words = receiver.until("words")["words"]
        if "--code" not in options:
            sender.until("compare")
        return sender, receiver, words

    # Chapters

    def begin(self):
        for wallet in (self.ada, self.bob):
            wallet.run("relay", "trust", self.kept.relay.url, "--default", "--allow-local")
        offer = self.kept.authority.share("--as", ACCOUNT, "--host", "web", "--for", "30d", "--depth", "3")
        self.ada.run("accept", "--yes", "--allow-local", "--name", "own", "-", input=offer)

    def what_ends_by_itself(self):
        """Two hours before the rest: what is over since."""
        self.give("ended", lasts="1h")
        self.take("ended", "--name", "ended")
        self.give("link_over", "--link-for", "1h")
        self.kept.clock.set(BEGIN + 2 * HOUR)

    def immediate(self):
        for name, options in (("open", ("--command", "uptime", "--source", "127.0.0.0/8")), ("open_pin", ("--pin",)),
                              ("open_split", ("--split",)), ("open_plain", ("--plain-v1",)),
                              ("open_notify", ("--notify-url", self.kept.webhook().url + "/ada/"))):
            self.give(name, *options)
        self.give("tried", "--pin")
        self.take("tried", pin=wrong(self.shares["tried"]["pin"]), code=3)
        self.give("locked", "--pin")
        for _ in range(5):
            self.take("locked", pin=wrong(self.shares["locked"]["pin"]), code=3)
        self.give("taken", "--depth", "1")
        self.take("taken", "--name", "taken")
        self.give("taken_and_seen")
        self.take("taken_and_seen", "--name", "seen")
        self.interface.saw("keyferry watch --once", self.ada.json("watch", self.shares["taken_and_seen"]["share"], "--once"))
        self.give("revoked_open")
        self.give("revoked_taken")
        self.take("revoked_taken", "--name", "revoked")
        for name in ("revoked_open", "revoked_taken"):
            self.interface.saw("keyferry revoke", self.ada.json("revoke", self.shares[name]["share"], "--yes"))
        self.give("forgotten")
        self.take("forgotten", "--name", "forgotten")
        self.interface.saw("keyferry forget", self.bob.json("forget", "forgotten", "--yes"))
        self.give("given_back")
        # Nobody can be asked without a terminal: this wallet sees what is offered, and gives the link back.
        self.bob.run("accept", "--allow-local", "-", input=self.shares["given_back"]["link"] + "\n", code=1)

    def half_taken(self):
        """The link is opened and the mailbox bound; the authority is away."""
        self.give("half_taken")
        self.give("half_taken_drop", "--dropbox")
        self.kept.authority.stop()
        for name in ("half_taken", "half_taken_drop"):
            self.take(name, code=4)
        self.kept.authority.start()

    def shared_on(self):
        for name in ("below_open", "below_taken"):
            self.give(name, wallet=self.bob, credential="taken", lasts="10d")
        self.take("below_taken", "--name", "below", wallet=self.cleo)

    def places(self):
        self.give("drop_open", "--dropbox")
        self.give("drop_pin", "--dropbox", "--pin")
        self.give("drop_taken", "--dropbox")
        self.take("drop_taken", "--name", "dropped")
        self.give_file("file_open")
        self.give_file("file_pin", "--pin")
        made = self.give("picture", "--file", str(self.stick / "picture.png"))
        made["file"] = str(self.stick / "picture.png")

    def confirmed(self):
        places = {"": (), "drop_": ("--dropbox",)}
        for mode, options in CONFIRMED.items():
            for place, where in places.items():
                self.leave(self.invite(f"{place}{mode}_open", *options, *where))
                self.leave(self.invite(f"{place}{mode}_asked", *options, *where))
                receiver = self.arrive(f"{place}{mode}_asked")
                receiver.until("requested")
                self.leave(receiver)
                if mode.startswith("code"):
                    continue
                sender, receiver, _ = self.reach_words(f"{place}{mode}_words", *options, *where)
                self.leave(sender, receiver)
        self.leave(self.invite("file_confirmed_open", "--file", str(self.stick / "confirmed_open.kf")))
        sender, receiver, _ = self.reach_words("file_confirmed_words", "--file", str(self.stick / "confirmed_words.kf"))
        self.leave(sender, receiver)

    def confirmed_ends(self):
        # The sender has granted; the receiver was gone, and does not know it yet.
        sender, receiver, words = self.reach_words("granted")
        self.leave(receiver)
        sender.say(words)
        self.kept.wait_for_state(self.shares["granted"]["share"], "claimed")
        self.leave(sender)
        sender, receiver, words = self.reach_words("confirmed_taken")
        sender.say(words)
        assert sender.wait() == 0 and receiver.wait() == 0, (sender.errors, receiver.errors)
        self.leave(sender, receiver)
        sender, receiver, _ = self.reach_words("refused")
        sender.say("no")
        assert sender.wait() == 3 and receiver.wait() == 3
        self.leave(sender, receiver)
        self.invite_then_code("code_wrong")

    def invite_then_code(self, name):
        """A wrong code ends the transfer, the share lives."""
        sender = self.invite(name, "--code")
        receiver = self.arrive(name, code=wrong(self.shares[name]["code"]))
        assert receiver.wait() == 3
        assert sender.wait() == 3
        self.leave(sender)

    def offers(self):
        """Offers of the administrator, in each state."""
        told = {}
        for name, options in (("open", ()), ("pin", ("--pin",)), ("revoked", ()), ("taken", ())):
            done = json.loads(self.kept.authority.run("share", "--as", ACCOUNT, "--host", "web", "--for", "20d", "--link-for", "24h",
                                                      *options, "--json").out)
            self.interface.saw("keyferry-authority share", done)
            told[name] = done
        self.kept.authority.run("revoke", told["revoked"]["share"])
        self.cleo.run("accept", "--yes", "--allow-local", "--name", "root", "-", input=told["taken"]["offer"])
        for command in (("list",), ("audit",), ("host", "list"), ("verifier", "list")):
            done = self.kept.authority.run(*command, "--json", code=None)
            if done.code == 0:
                self.interface.saw(f"keyferry-authority {' '.join(command)}", json.loads(done.out))
        self.interface.saw("keyferry-authority export-trust", self.kept.authority.trust())
        return told

    def mailboxes(self):
        """The relay's store, beside what the wallets left: a mailbox in each state, spoken to without a wallet."""
        boxes, later = {}, text_of(self.kept.clock.now() + DAY)

        def make(name, secret=None, token=None, seconds=None, **more):
            ada = Device(self.kept.relay, proof=claim_key(secret) if secret else None)
            config = {**configuration(secret=secret, **more), "expiration": text_of(self.kept.clock.now() + seconds) if seconds else later}
            payload, extra = sealed(), {"notificationToken": {"type": "webhook", "tokenData": self.kept.webhook().url + token}} if token else {}
            answer = ada.create(payload, request_id=f"make-{name}", configuration=config, **extra)
            assert answer.status == 200, answer
            bob = Device(self.kept.relay, proof=claim_key(secret) if secret else None)
            boxes[name] = {"path": path_of(answer), "ada": ada.claim, "bob": bob.claim, "payload": payload, "link": answer.json()["urlLink"],
                           "secret": base64.b64encode(secret).decode() if secret else None}
            return ada, bob, answer

        make("unread")
        make("proof", secret=bytes(range(32)), policy="proof", token="/box")
        _, bob, box = make("bound")
        assert bob.read(box).status == 200
        _, bob, box = make("answered")
        assert bob.read(box).status == 200
        boxes["answered"]["payload"] = sealed()
        assert bob.update(box, boxes["answered"]["payload"], request_id="answer").status == 200
        _, bob, box = make("given_back")
        assert bob.read(box).status == bob.relinquish(box).status == 200
        ada, _, box = make("deleted")
        assert ada.delete(box, request_id="delete").status == 200
        ada, bob, box = make("queue", delivery="queue")
        assert bob.read(box).status == 200
        boxes["queue"]["messages"] = [sealed(), sealed(octets=3000)]
        for number, payload in enumerate(boxes["queue"]["messages"]):
            assert bob.update(box, payload, request_id=f"message-{number}").status == 200
        make("short", seconds=10 * MINUTE)
        return boxes

    def drops(self):
        """Drops of Draft R, of each suite: one that lies there, one that was taken."""
        for suite in SUITES:
            lies, gone = (Side(self.kept.relay, "sender", drop_secret(f"{what} {suite}"), suite) for what in ("lies", "gone"))
            lies.send(b"what lies there")
            location, octets = gone.seal(b"what was taken")
            assert gone.put(location, octets).status == 201 and gone.call("DELETE", location).status == 204

    def lock(self):
        """A lock with an owner, a friend who opens and one who was denied."""
        lock = self.kept.lock().start()
        owner, ada, bob = (Key(f"kept {name}") for name in ("owner", "ada", "bob"))
        lock.pair(owner)
        now = int(self.kept.clock.now())
        to_ada, to_bob = (lock.root(owner, one, depth=1, nbf=now - HOUR, exp=now + 3650 * DAY) for one in (ada, bob))
        assert lock.bring(owner, deny_list(owner, now * 1000, now, [link_id(owner, to_bob)])) == "done"
        with lock.at() as there:
            assert there.open(ada, [to_ada]) == "opened"
        self.interface.saw("keyferry-verifier lock --status", lock.ask("--status"))
        self.interface.saw_metrics("keyferry-verifier lock", lock.metrics())
        lock.stop()
        return {"ada": to_ada.hex(), "bob": to_bob.hex(), "key": [*lock.key] if isinstance(lock.key, tuple) else lock.key.hex(),
                "doors": [one.hex() for one in lock.door_ids]}

    def doors(self):
        """Ada owns a lock. Bob holds rights to its door: one good, one that Ada has taken back; a third waits to be taken."""
        lock, told = self.kept.lock("home").start(), {"where": ["--lock", "unix:" + str(HOME / "home/front.sock")]}
        self.ada.run("lock", "pair", lock.doors["front"], "--name", "home", "--code", lock.ask("--pair")["code"])
        for name in ("good", "taken_back", "waits"):
            sender = Half(self.ada, "share", "home/front", "--for", "20d", "--code", "--allow-local", "--json")
            made = sender.until("link")
            told[name] = {key: made[key] for key in made if key != "event"}
            if name != "waits":
                receiver = Half(self.bob, *accept_arguments(made, "--name", f"door-{name}"), "--json", input=made["link"] + "\n")
                assert receiver.wait() == 0 and sender.wait() == 0, (receiver.errors, sender.errors)
                self.interface.saw("keyferry accept (a right to a door)", receiver.events[-1])
            self.leave(sender)
        self.interface.saw("keyferry open", self.bob.json("open", "door-taken_back", *told["where"]))
        self.interface.saw("keyferry revoke (a right to a door)", self.ada.json("revoke", told["taken_back"]["share"]))
        lock.stop()
        return told

    def verifier(self):
        path = HOME / "authority/web.jwks"
        path.write_text(self.kept.verifier.run("init").out, "utf-8")
        self.kept.authority.run("verifier", "add", "web", "--key", path)
        self.kept.verifier.start()
        self.interface.saw_metrics("keyferry-verifier", self.kept.verifier.metrics())
        self.kept.verifier.stop()

    def configurations(self):
        """Every key of every program; returns the texts, which the programs have taken."""
        texts = {name: every_key(example_of(name)) for name in CONFIGURED}
        for name, text in texts.items():
            self.kept.check_configuration(name, text)
        return texts

    def exits(self):
        """How commands end that cannot do what they are asked; after everything else."""
        def wallet(name, code, *arguments, input=None, by=self.bob):
            self.interface.ends(f"keyferry: {name}", [BIN / "keyferry", *arguments], code, env=by.env, input=input)

        wallet("version", 0, "--version")
        wallet("unknown option", 2, "list", "--unknown")
        wallet("unknown command", 2, "unknown")
        wallet("revoke what nothing has", 1, "revoke", "zzzzz", "--json", "--yes", by=self.ada)
        wallet("share from what nothing has", 1, "share", "nothing", "--now", "--json")
        wallet("damaged link", 1, "accept", "--json", "-", input=self.shares["open"]["link"][:-2] + "\n")
        wallet("no terminal", 1, "accept", "--json", "--allow-local", "-", input=self.shares["given_back"]["link"] + "\n")
        wallet("used link", 3, *accept_arguments(self.shares["taken"]), "--json", input=self.shares["taken"]["link"] + "\n")
        wallet("revoked link", 3, *accept_arguments(self.shares["revoked_open"]), "--json", input=self.shares["revoked_open"]["link"] + "\n")
        wrong_pin = {**self.shares["open_pin"], "pin": wrong(self.shares["open_pin"]["pin"])}
        wallet("wrong PIN", 3, *accept_arguments(wrong_pin), "--json", input=wrong_pin["link"] + "\n")
        wallet("beyond the rights", 3, "share", "taken", "--now", "--json", "--yes", "--allow-local", "--for", "300d")
        self.kept.relay.stop()
        self.kept.authority.stop()
        wallet("no relay there", 4, *accept_arguments(self.shares["open_plain"]), "--json", input=self.shares["open_plain"]["link"] + "\n")
        wallet("no authority there", 4, "renew", "taken", "--json")
        for name in ("keyferry-authority", "keyferry-relay", "keyferry-verifier"):
            self.interface.ends(f"{name}: version", [BIN / name, "--version"], 0)
            self.interface.ends(f"{name}: unknown option", [BIN / name, "--unknown"], 2)
            self.interface.ends(f"{name}: no configuration", [BIN / name, "--config", HOME / "nothing.toml"], 1)
        self.interface.ends("keyferry-verifier: no authority there", [*self.kept.verifier.argv, "--once"], 4, env=self.kept.verifier.env)
        self.interface.ends("keyferry-authority: revoke what nothing has", [*self.kept.authority.argv[:1], "revoke", "zzzzz", "--config",
                                                                             self.kept.authority.config_path], 1, env=self.kept.authority.env)

    def wallets_say(self):
        for wallet in (self.ada, self.bob, self.cleo):
            for command in (("list", "--shares"), ("list",), ("doctor",), ("persona", "list"), ("relay", "list")):
                done = wallet.run(*command, "--json", code=None)
                if done.out.startswith("{"):
                    self.interface.saw(f"keyferry {' '.join(command)}", json.loads(done.out))
        self.ada.json("export", "own")
        self.interface.saw_metrics("keyferry-authority", self.kept.authority.metrics())
        self.interface.saw_metrics("keyferry-relay", self.kept.relay.metrics())


def tell(kept, interface):
    """Plays all of it; returns what story.json keeps. The programs have stopped then, and everybody's state is on the disk."""
    story = Story(kept, interface)
    story.begin()
    story.verifier()
    story.what_ends_by_itself()
    for chapter in (story.immediate, story.shared_on, story.places, story.half_taken, story.confirmed, story.confirmed_ends):
        chapter()
    told = {"offers": story.offers(), "mailboxes": story.mailboxes(), "lock": story.lock(), "doors": story.doors(),
            "configurations": story.configurations()}
    story.drops()
    kept.verifier.run("--once")
    kept.authority.stop()
    kept.relay.stop()
    return story, {"until": round(kept.clock.now()) + 1, "people": list(PEOPLE), "shares": story.shares, **told}
