// Standard input, output and error as promises: open before anything else is, and never written in
// vain without a word.
#pragma once

#include <string_view>

#include "keyferry/base/result.h"

namespace keyferry::cmd {

// open_standard_streams is the first thing in every main. It opens what is closed of descriptors 0
// to 2, so that no socket or file gets such a number and is taken for a stream, in a way that using
// it is an error as before (input that cannot be read, output that cannot be written). A reader of
// our output who goes away makes the write fail instead of ending the program (SIGPIPE).
void open_standard_streams();

// check_output flushes standard output. Errors: io, whatever was written to it since the start did
// not get there (closed, full disk, nobody reads it).
Result<Done> check_output();

// print_line writes a line on standard output at once; check_output says later whether it got there.
void print_line(std::string_view line);

// exit_status is what main returns: `code`, or kFailed after one line on standard error where
// `code` says done but output was lost.
int exit_status(std::string_view program, int code);

}  // namespace keyferry::cmd
