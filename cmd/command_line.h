// What the command lines of the programs have in common: how a wrong one is answered, and which
// exit code says what.
#pragma once

#include <optional>

#include <CLI/CLI.hpp>

#include "keyferry/base/error.h"

namespace keyferry::cmd {

// The exit codes of every program.
//
// | code | means                                                                              |
// |------|------------------------------------------------------------------------------------|
// | 0    | done                                                                               |
// | 1    | failed: something here does not fit: a file, a name that nothing has, a bad link;  |
// |      | or the result could not be written                                                 |
// | 2    | usage: the command line is not understood; nothing was read but it                 |
// | 3    | refused: by the authority, the relay, the person asked, or a rule that protects one|
// | 4    | network: a server could not be reached or cannot answer now                        |
enum ExitCode { kDone = 0, kFailed = 1, kUsage = 2, kRefused = 3, kNetwork = 4 };

// exit_code_of tells by the error's code, and by its reason where that alone says that nobody
// refused anything ("no_file", "unknown_name", …) or that the command line was wrong ("usage").
ExitCode exit_code_of(const Error& error);

// parse_command_line parses. It returns nothing when the program goes on, and the exit code when
// it ends here: kDone after --help or --version, which it prints on standard output; kUsage after
// one line on standard error that names the program, the word at fault, the nearest known command
// or option, and the help to read. An argument that may hold a secret is not repeated.
//
// Behind `--` every word is an argument, whatever it looks like: no option, no command.
//
// An option with an empty value is refused: whoever writes one means something else. Every value is
// read as codec::plain_line and comes out in NFC; one that is no text is refused by the name of its
// option. Two kinds are left as they are: names of files (options whose type is FILE), and what the
// command reads itself: links and secrets, which have to be hidden as they were typed, and
// --command, which becomes a right octet for octet.
std::optional<int> parse_command_line(CLI::App& app, int argc, char** argv);

}  // namespace keyferry::cmd
