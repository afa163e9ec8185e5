// `keyferry-verifier lock`: a lock without a network (docs/lock.md).
#pragma once

#include <filesystem>

#include <CLI/CLI.hpp>

namespace keyferry::cmd {

struct LockOptions {
  std::filesystem::path config;
  bool check = false;
  bool pair = false;
  bool reset = false;
  bool status = false;
  bool json = false;
};

// add_lock_command adds the subcommand; the options are filled in when it is parsed.
CLI::App* add_lock_command(CLI::App& app, LockOptions& options);

// run_lock returns the exit code.
int run_lock(const LockOptions& options);

}  // namespace keyferry::cmd
