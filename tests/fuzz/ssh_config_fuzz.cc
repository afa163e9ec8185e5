// Target: the person's ~/.ssh/config: our line comes and goes without a trace, and what it names is
// read.
#include "keyferry/wallet/ssh_config.h"
#include "keyferry/wallet/ssh_names.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace keyferry;
  const std::string config(text_of({data, size}));
  const std::string line = "Include \"/k/ssh/config\"\n";
  const bool there = wallet::has_include(config, line);
  const std::string with = wallet::with_include(config, line);
  require(wallet::has_include(with, line), "the line is there");
  require(there ? with == config : wallet::without_include(with, line) == config,
          "every other octet stays");
  for (const std::string& pattern : wallet::patterns_of_config(config).patterns) {
    require(!pattern.empty() && pattern.front() != '!', "negated patterns are left out");
    require(pattern.find_first_not_of('*') != pattern.npos, "and those of every host");
  }
  return 0;
}
