// The command line of keyferry-authority.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

namespace keyferry::cmd {

struct Options {
  std::filesystem::path config;
  bool check = false;
  bool json = false;

  // host add
  std::string host_name;
  std::string host_address;
  std::vector<std::filesystem::path> host_key_files;
  std::vector<std::filesystem::path> host_ca_files;
  bool replace = false;  // verifier add, too

  // verifier add, verifier remove
  std::string verifier;
  std::filesystem::path verifier_key_file;

  // share
  std::string kind = "ssh";
  std::vector<std::string> logins;
  std::vector<std::string> hosts;
  std::vector<std::string> sources;
  std::vector<std::string> extensions;
  std::string command;
  std::string valid_for;
  std::string valid_from;
  std::string valid_until;
  std::string link_for;
  int depth = 0;
  bool pin = false;

  std::vector<std::string> shares;           // revoke
  std::string share;                         // rearm
  std::string trust_host;                    // export-trust
  std::vector<std::string> trust_logins;     // export-trust
  std::filesystem::path file;                // backup, restore
  std::filesystem::path list_jws;            // audit
  std::vector<std::filesystem::path> merge;  // restore
  bool accept_loss = false;                  // restore

  // The subcommand's words: "share", "host add"; empty: serve.
  std::string subcommand;
};

// add_options teaches `app` everything; after app.parse, `options` is filled.
void add_options(CLI::App& app, Options& options);

}  // namespace keyferry::cmd
