// Target: what an authority tells the wallet: metadata, the issued credential, its hosts, URLs. The
// authority may be anybody's. Metadata are two documents with an empty line between them.
#include <algorithm>

#include "keyferry/client/issued.h"
#include "keyferry/client/issuer_metadata.h"
#include "keyferry/client/web.h"
#include "keyferry/codec/json.h"
#include "keyferry/codec/web_url.h"
#include "keyferry/credential/ssh_kind.h"

namespace {

using namespace keyferry;

constexpr const char* kIssuer = "https://authority.example";

// What goes into a line of an ssh configuration or a known_hosts file can add nothing to it.
bool is_one_word(std::string_view text) {
  return !text.empty() && text.front() != '-' &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

void check_hosts(const std::vector<keystore::SshHost>& hosts) {
  for (const keystore::SshHost& host : hosts) {
    require(is_one_word(host.name) && is_one_word(host.address), "a host is one word");
    for (const auto* keys : {&host.host_keys, &host.host_cas}) {
      for (const std::string& key : *keys) {
        require(key.find_first_of("\r\n") == std::string::npos, "a host key is one line");
      }
    }
  }
  const auto again = keystore::parse_hosts({{"hosts", keystore::encode_hosts(hosts)}});
  require(again && *again == hosts, "hosts come back");
}

void check_metadata(std::string_view text) {
  const std::size_t middle = std::min(text.find("\n\n"), text.size());
  const auto issuer = codec::parse_json_object(text.substr(0, middle));
  const auto server = codec::parse_json_object(text.substr(middle));
  if (!issuer || !server) return;
  const auto metadata = client::parse_issuer_metadata(kIssuer, *issuer, *server);
  if (!metadata) return;
  require(metadata->issuer == kIssuer, "an issuer speaks for itself");
  for (const std::string& endpoint : {metadata->token_endpoint, metadata->credential_endpoint}) {
    const auto url = codec::parse_web_url(endpoint);
    require(url && url->origin == kIssuer, "every endpoint is on the issuer's origin");
  }
}

void check_url(std::string_view text) {
  const auto url = codec::parse_web_url(text);
  if (!url) return;
  require(url->origin.starts_with("https://") || url->origin.starts_with("http://"),
          "an origin has a scheme");
  const std::string query = url->query.empty() ? "" : "?" + url->query;
  const auto again = codec::parse_web_url(url->origin + url->path + query);
  require(again && again->origin == url->origin && again->path == url->path &&
              again->query == url->query,
          "a URL comes back");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = text_of({data, size});
  check_metadata(text);
  check_url(text);
  if (const auto object = codec::parse_json_object(text)) {
    if (const auto hosts = keystore::parse_hosts(*object)) check_hosts(*hosts);
    if (const auto answer = client::parse_issued(credential::ssh_kind(), *object)) {
      check_hosts(answer->hosts);
    }
  }
  const Error error = client::error_of({.status = 400, .headers = {}, .body = std::string(text)});
  require(std::none_of(error.detail.begin(), error.detail.end(),
                       [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }),
          "what is shown has no control character");
  return 0;
}
