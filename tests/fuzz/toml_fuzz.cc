// Target: config::Toml. Any file gives values or one line that says what is wrong with it.
#include "keyferry/base/bytes.h"
#include "keyferry/config/toml.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace keyferry;
  using namespace std::chrono_literals;
  auto file = config::Toml::parse(text_of({data, size}), "fuzz.toml");
  if (file) {
    file->text("public.url");
    file->text("public.name", "none");
    file->optional_text("note");
    file->path("tls.key", "key.pem");
    file->choice("store.engine", "sqlite", {"sqlite", "memory"});
    file->boolean("strict", true);
    file->texts("names");
    const std::int64_t number = file->integer("server.port", 443, 1, 65535);
    require(number >= 1 && number <= 65535, "a number is in its range");
    require(file->duration("mailbox.lifetime", 48h) > 0ms, "a duration is positive");
    for (config::Toml& host : file->tables("host")) host.text("name");
    const auto finished = file->finish();
    if (finished) return 0;
    require(finished.error().code == Errc::invalid && !finished.error().detail.empty(),
            "a fault is explained");
    require(finished.error().detail.find('\n') == std::string::npos, "a fault is one line");
  } else {
    require(file.error().detail.starts_with("fuzz.toml:"), "a fault says where it is");
  }
  return 0;
}
