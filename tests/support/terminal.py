"""A program on a terminal of its own, as a person has it: questions are answered when they come."""

import errno
import os
import pty
import select
import time


class Terminal:
    """Runs `argv` with standard output and error, and /dev/tty, on a new terminal. `seen`: all that it showed."""

    def __init__(self, argv, env):
        self.seen, self._asked, self.code = "", 0, None
        self._pid, self._master = pty.fork()
        if self._pid == 0:
            os.execvpe(str(argv[0]), [str(part) for part in argv], env)

    def expect(self, text, seconds=30.0):
        """Waits until `text` is shown behind what was expected before."""
        end = time.monotonic() + seconds
        while text not in self.seen[self._asked:]:
            assert self._read(end - time.monotonic()), f"{text!r} was not shown; seen:\n{self.seen}"
        self._asked = self.seen.index(text, self._asked) + len(text)

    def answer(self, question, line):
        self.expect(question)
        os.write(self._master, line.encode() + b"\n")

    def end(self, seconds=30.0):
        """Waits for the end; returns the exit code."""
        end = time.monotonic() + seconds
        while self._read(end - time.monotonic()):
            pass
        _, status = os.waitpid(self._pid, 0)
        os.close(self._master)
        self.code = os.waitstatus_to_exitcode(status)
        return self.code

    def _read(self, seconds):
        """Reads what comes; False at the program's end. Raises when nothing comes in time."""
        ready, _, _ = select.select([self._master], [], [], max(seconds, 0.0))
        assert ready, f"nothing more came in time; seen:\n{self.seen}"
        try:
            octets = os.read(self._master, 65536)
        except OSError as error:
            if error.errno == errno.EIO:
                return False
            raise
        self.seen += octets.decode("utf-8", "replace")
        return bool(octets)
