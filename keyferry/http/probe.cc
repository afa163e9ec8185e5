// libcurl by itself and not HttpClient: no certificate is checked, no proxy asked and no redirect
// followed, and only security level 0 makes OpenSSL offer old TLS.
#include "keyferry/http/probe.h"

#include <memory>

#include <curl/curl.h>

namespace keyferry::http {
namespace {

struct CloseEasy {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
using Easy = std::unique_ptr<CURL, CloseEasy>;

struct HostPort {
  std::string host;
  int port = 443;
  std::string path;  // empty for "/"
};

Result<HostPort> split(const std::string& url) {
  const std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> parsed(curl_url(), curl_url_cleanup);
  char* host = nullptr;
  char* port = nullptr;
  char* path = nullptr;
  if (curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK ||
      curl_url_get(parsed.get(), CURLUPART_HOST, &host, 0) != CURLUE_OK ||
      curl_url_get(parsed.get(), CURLUPART_PORT, &port, CURLU_DEFAULT_PORT) != CURLUE_OK ||
      curl_url_get(parsed.get(), CURLUPART_PATH, &path, 0) != CURLUE_OK) {
    curl_free(host);
    curl_free(port);
    return fail(Errc::invalid, "malformed URL");
  }
  HostPort out{host, std::stoi(port), path};
  if (out.path.ends_with('/')) out.path.pop_back();
  curl_free(host);
  curl_free(port);
  curl_free(path);
  return out;
}

Easy new_easy(Duration timeout) {
  static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
  require(started == CURLE_OK, "libcurl starts");
  Easy easy(curl_easy_init());
  curl_easy_setopt(easy.get(), CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy.get(), CURLOPT_PROXY, "");
  curl_easy_setopt(easy.get(), CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(easy.get(), CURLOPT_TIMEOUT_MS, static_cast<long>(timeout.count()));
  return easy;
}

std::size_t drop_body(char*, std::size_t one, std::size_t size, void*) {
  return one * size;
}

}  // namespace

Result<int> port_of(const ProbeTarget& target) {
  KF_TRY(const HostPort at, split(target.url));
  return at.port;
}

// OpenSSL offers TLS 1.0 and 1.1 at security level 0 only.
Result<bool> takes_old_tls(const ProbeTarget& target) {
  KF_TRY(const HostPort at, split(target.url));
  const std::string url = "https://" + at.host + ":" + std::to_string(at.port);
  const Easy easy = new_easy(target.timeout);
  curl_easy_setopt(easy.get(), CURLOPT_URL, url.c_str());
  curl_easy_setopt(easy.get(), CURLOPT_CONNECT_ONLY, 1L);
  curl_easy_setopt(easy.get(), CURLOPT_SSL_VERIFYPEER, 0L);
  curl_easy_setopt(easy.get(), CURLOPT_SSL_VERIFYHOST, 0L);
  curl_easy_setopt(easy.get(), CURLOPT_SSL_CIPHER_LIST, "ALL:@SECLEVEL=0");
  // The greatest version stands in the upper half (CURL_SSLVERSION_MAX_TLSv1_1).
  constexpr long kMost = static_cast<long>(CURL_SSLVERSION_TLSv1_1) << 16;
  curl_easy_setopt(easy.get(), CURLOPT_SSLVERSION,
                   static_cast<long>(CURL_SSLVERSION_TLSv1_0) | kMost);
  const CURLcode outcome = curl_easy_perform(easy.get());
  if (outcome == CURLE_COULDNT_CONNECT || outcome == CURLE_COULDNT_RESOLVE_HOST) {
    return fail(Errc::network, curl_easy_strerror(outcome));
  }
  return outcome == CURLE_OK;
}

Result<std::optional<Response>> ask_plain(const ProbeTarget& target, std::optional<int> port,
                                          const std::string& path) {
  KF_TRY(const HostPort at, split(target.url));
  const std::string url =
      "http://" + at.host + ":" + std::to_string(port.value_or(at.port)) + at.path + path;
  const Easy easy = new_easy(target.timeout);
  curl_easy_setopt(easy.get(), CURLOPT_URL, url.c_str());
  curl_easy_setopt(easy.get(), CURLOPT_WRITEFUNCTION, drop_body);
  if (curl_easy_perform(easy.get()) != CURLE_OK) return std::optional<Response>();
  long status = 0;
  char* location = nullptr;
  curl_easy_getinfo(easy.get(), CURLINFO_RESPONSE_CODE, &status);
  curl_easy_getinfo(easy.get(), CURLINFO_REDIRECT_URL, &location);
  if (status == 0) return std::optional<Response>();
  Response response;
  response.status = static_cast<int>(status);
  if (location != nullptr) response.headers.add("Location", location);
  return std::optional<Response>(std::move(response));
}

}  // namespace keyferry::http
