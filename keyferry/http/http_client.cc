// Outgoing HTTP on libcurl. Two channels, each with its own connections and names, so that a
// connection that was allowed to a local address never serves a call that is not.
#include "keyferry/http/http_client.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <span>

#include <curl/curl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "keyferry/net/address.h"
#include "keyferry/process/signals.h"

namespace keyferry::http {
namespace {

constexpr std::size_t kMaxHeaders = 64 * 1024;  // octets of all answer headers together

template <auto Free>
struct Deleter {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};
using Easy = std::unique_ptr<CURL, Deleter<curl_easy_cleanup>>;
using Multi = std::unique_ptr<CURLM, Deleter<curl_multi_cleanup>>;
using List = std::unique_ptr<curl_slist, Deleter<curl_slist_free_all>>;
using Url = std::unique_ptr<CURLU, Deleter<curl_url_cleanup>>;

void init_curl_once() {
  static const CURLcode done = curl_global_init(CURL_GLOBAL_DEFAULT);
  require(done == CURLE_OK, "libcurl starts");
  process::ignore_broken_pipes();
}

// Channel keeps the connections of one address policy.
struct Channel {
  Multi multi{curl_multi_init()};
  Easy easy{curl_easy_init()};
};

// Call is one send() as libcurl's callbacks see it.
struct Call {
  Response response;
  std::size_t max_body = 0;
  std::size_t header_octets = 0;
  bool allow_local = false;
  bool loopback_only = false;
  std::span<const net::IpRange> allow;
  bool unix_only = false;
  bool too_large = false;
  bool refused = false;  // the policy refused an address
  bool held = false;     // may_connect did
  const std::function<bool(const net::IpAddress&)>* may_connect = nullptr;
  bool repeatable = false;
  int requests = 0;  // that were begun on a connection
  bool headers_ended = false;
  bool repeated = false;  // libcurl wanted to send it again, and was kept from it
};

enum class Scheme { http, https };

struct Target {
  Scheme scheme = Scheme::https;
  std::string host;
};

Result<std::string> part(CURLU* url, CURLUPart which) {
  char* text = nullptr;
  if (curl_url_get(url, which, &text, 0) != CURLUE_OK) return std::string();
  std::string copy(text);
  curl_free(text);
  return copy;
}

Result<Target> parse_url(const std::string& text) {
  const Url url(curl_url());
  const CURLUcode code = curl_url_set(url.get(), CURLUPART_URL, text.c_str(), 0);
  if (code != CURLUE_OK || text.size() != std::strlen(text.c_str())) {
    return fail(Errc::invalid, std::string("malformed URL: ") + curl_url_strerror(code));
  }
  KF_TRY(const std::string scheme, part(url.get(), CURLUPART_SCHEME));
  KF_TRY(const std::string user, part(url.get(), CURLUPART_USER));
  KF_TRY(const std::string password, part(url.get(), CURLUPART_PASSWORD));
  if (!user.empty() || !password.empty()) {
    return fail(Errc::invalid, "a URL with a user name or password is not allowed");
  }
  Target target;
  KF_TRY(target.host, part(url.get(), CURLUPART_HOST));
  if (scheme == "http") {
    target.scheme = Scheme::http;
  } else if (scheme != "https") {
    return fail(Errc::invalid, "the URL must begin with https://");
  }
  return target;
}

bool names_loopback(std::string host) {
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  if (host == "localhost") return true;
  const std::optional<net::IpAddress> ip = net::parse_ip(host);
  return ip && is_loopback(*ip);
}

std::size_t on_body(char* data, std::size_t one, std::size_t size, void* user) {
  auto& call = *static_cast<Call*>(user);
  const std::size_t octets = one * size;
  if (octets > call.max_body - call.response.body.size()) {
    call.too_large = true;
    return 0;
  }
  call.response.body.append(data, octets);
  return octets;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

std::size_t on_header(char* data, std::size_t one, std::size_t size, void* user) {
  auto& call = *static_cast<Call*>(user);
  const std::string_view line(data, one * size);
  call.header_octets += line.size();
  if (call.header_octets > kMaxHeaders) {
    call.too_large = true;
    return 0;
  }
  // A status line begins the headers anew: those of "100 Continue" are not the answer's.
  if (line.starts_with("HTTP/")) {
    call.response.headers = {};
    call.headers_ended = false;
    return line.size();
  }
  if (trimmed(line).empty()) call.headers_ended = true;
  const std::size_t colon = line.find(':');
  if (colon != std::string_view::npos) {
    call.response.headers.add(std::string(trimmed(line.substr(0, colon))),
                              std::string(trimmed(line.substr(colon + 1))));
  }
  return line.size();
}

bool is_allowed(const Call& call, const net::IpAddress& ip) {
  return std::any_of(call.allow.begin(), call.allow.end(),
                     [&](const net::IpRange& range) { return net::contains(range, ip); });
}

//= spec:transfer#5-authority
// on_socket is asked for each address that the name came to, before anything is sent there.
curl_socket_t on_socket(void* user, curlsocktype purpose, curl_sockaddr* address) {
  auto& call = *static_cast<Call*>(user);
  if (call.unix_only) {
    return address->family == AF_UNIX ? ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)
                                      : CURL_SOCKET_BAD;
  }
  const std::optional<net::IpAddress> ip = net::ip_of(address->addr);
  const bool allowed = ip && purpose == CURLSOCKTYPE_IPCXN &&
                       (call.allow_local || !net::is_special(*ip) || is_allowed(call, *ip)) &&
                       (!call.loopback_only || net::is_loopback(*ip));
  if (!allowed) {
    call.refused = true;
    return CURL_SOCKET_BAD;
  }
  if (*call.may_connect && !(*call.may_connect)(*ip)) {
    call.held = true;
    return CURL_SOCKET_BAD;
  }
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

// on_request is asked before each request is written, also before those that libcurl makes by
// itself where a kept connection ended before the first octet of the answer: by then the server may
// have carried out the first, and remembers its proof.
//= spec:authority#3-lost
int on_request(void* user, char*, char*, int, int) {
  auto& call = *static_cast<Call*>(user);
  call.repeated = call.requests > 0 && !call.repeatable;
  ++call.requests;
  return call.repeated ? CURL_PREREQFUNC_ABORT : CURL_PREREQFUNC_OK;
}

Error error_of(CURLcode code, const char* text, const Call& call, const ClientOptions& options) {
  if (call.too_large) {
    return fail(Errc::too_large,
                "the answer is longer than " + std::to_string(call.max_body) + " octets");
  }
  if (call.repeated) {
    return fail(Errc::network, "the connection ended before the answer came");
  }
  if (call.held && (code == CURLE_COULDNT_CONNECT || code == CURLE_ABORTED_BY_CALLBACK)) {
    return fail(Errc::unavailable, "the address may not be called now");
  }
  if (call.refused && (code == CURLE_COULDNT_CONNECT || code == CURLE_ABORTED_BY_CALLBACK)) {
    return fail(Errc::forbidden,
                "the address is local or reserved, and connections to such are not allowed");
  }
  if (code == CURLE_SSL_CACERT_BADFILE) {
    return fail(Errc::invalid, "cannot use CA file " + options.ca_file->string() +
                                   ": it must hold PEM certificates");
  }
  std::string detail = text[0] != '\0' ? text : curl_easy_strerror(code);
  if (detail[0] >= 'A' && detail[0] <= 'Z' && detail.size() > 1 && detail[1] >= 'a') {
    detail[0] = static_cast<char>(detail[0] + ('a' - 'A'));
  }
  return fail(Errc::network, std::move(detail));
}

bool is_clean(std::string_view text) {
  return std::none_of(text.begin(), text.end(),
                      [](char c) { return c == '\r' || c == '\n' || c == '\0'; });
}

Result<List> header_list(const ClientRequest& request) {
  List list;
  const auto add = [&](const std::string& line) {
    curl_slist* longer = curl_slist_append(list.get(), line.c_str());
    require(longer != nullptr, "there is memory for a header");
    [[maybe_unused]] curl_slist* old = list.release();
    list.reset(longer);
  };
  for (const auto& [name, value] : request.headers.entries()) {
    if (!is_clean(name) || !is_clean(value)) {
      return fail(Errc::invalid, "a request header has a line break in it");
    }
    // libcurl drops "Name:"; "Name;" is its way to send an empty value.
    add(value.empty() ? name + ";" : name + ": " + value);
  }
  // No type that the caller did not give, and no waiting for "100 Continue".
  if (!request.headers.find("Content-Type")) add("Content-Type:");
  if (!request.headers.find("Expect")) add("Expect:");
  return list;
}

}  // namespace

struct HttpClient::State {
  ClientOptions options;
  Channel strict;
  Channel local;
  std::atomic<bool> cancelled = false;
  bool was_sent = false;

  void set_up(CURL* easy, const ClientRequest& request, Call& call, const Target& target) {
    curl_easy_setopt(easy, CURLOPT_URL, request.url.c_str());
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, target.scheme == Scheme::http ? "http" : "https");
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    // Neither http_proxy and its like, which would see every address, nor ~/.netrc.
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    if (options.unix_socket) {
      curl_easy_setopt(easy, CURLOPT_UNIX_SOCKET_PATH, options.unix_socket->c_str());
    }
    curl_easy_setopt(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    if (options.ca_file) curl_easy_setopt(easy, CURLOPT_CAINFO, options.ca_file->c_str());
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, options.check_certificate ? 1L : 0L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, options.check_certificate ? 2L : 0L);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, options.user_agent.c_str());
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
                     static_cast<long>(options.connect_timeout.count()));
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS,
                     static_cast<long>(request.timeout.value_or(options.timeout).count()));
    if (options.keepalive) {
      const long seconds = std::chrono::ceil<std::chrono::seconds>(*options.keepalive).count();
      curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
      curl_easy_setopt(easy, CURLOPT_TCP_KEEPIDLE, seconds);
      curl_easy_setopt(easy, CURLOPT_TCP_KEEPINTVL, seconds);
    }
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, &call);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, &call);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_socket);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, &call);
    curl_easy_setopt(
        easy, CURLOPT_MAXAGE_CONN,
        static_cast<long>(
            std::chrono::duration_cast<std::chrono::seconds>(options.max_idle).count()));
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, on_request);
    curl_easy_setopt(easy, CURLOPT_PREREQDATA, &call);
  }

  static void set_method(CURL* easy, const ClientRequest& request) {
    if (request.method == "HEAD") {
      curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
      return;
    }
    const bool has_body = !request.body.empty() || request.method == "POST" ||
                          request.method == "PUT" || request.method == "PATCH";
    if (has_body) {
      curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
                       static_cast<curl_off_t>(request.body.size()));
      curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request.body.data());
    } else {
      curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
    }
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  }

  // perform drives one transfer; nothing means cancelled.
  std::optional<CURLcode> perform(Channel& channel, const ClientRequest& request) {
    const auto begin = std::chrono::steady_clock::now();
    CURLM* multi = channel.multi.get();
    curl_multi_add_handle(multi, channel.easy.get());
    std::optional<CURLcode> outcome;
    int running = 1;
    while (running > 0 && !cancelled) {
      if (curl_multi_perform(multi, &running) != CURLM_OK) break;
      if (running == 0) break;
      curl_multi_poll(multi, nullptr, 0, 1000, nullptr);
      if (request.waiting)
        request.waiting(
            std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now() - begin));
    }
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi, &left)) {
      if (message->msg == CURLMSG_DONE) outcome = message->data.result;
    }
    curl_multi_remove_handle(multi, channel.easy.get());
    return outcome;
  }
};

HttpClient::HttpClient(ClientOptions options) {
  init_curl_once();
  state_ = std::make_unique<State>();
  state_->options = std::move(options);
}

HttpClient::~HttpClient() = default;
HttpClient::HttpClient(HttpClient&&) noexcept = default;

Result<Response> HttpClient::send(const ClientRequest& request) {
  state_->was_sent = false;
  if (state_->cancelled) return fail(Errc::network, "cancelled");
  KF_TRY(const Target target, parse_url(request.url));
  Call call;
  call.max_body = state_->options.max_response;
  call.allow_local = request.allow_local.value_or(state_->options.allow_local);
  call.allow = state_->options.allow;
  call.loopback_only = target.scheme == Scheme::http;
  call.may_connect = &request.may_connect;
  call.repeatable = request.repeatable;
  call.unix_only = state_->options.unix_socket.has_value();
  if (call.loopback_only && !(call.allow_local && names_loopback(target.host))) {
    return fail(Errc::invalid, "plain http:// is allowed to a loopback address only: use https://");
  }
  if (!is_clean(request.method) || request.method.empty()) {
    return fail(Errc::invalid, "malformed request method");
  }
  KF_TRY(const List headers, header_list(request));

  Channel& channel = call.allow_local ? state_->local : state_->strict;
  CURL* easy = channel.easy.get();
  curl_easy_reset(easy);
  char words[CURL_ERROR_SIZE] = "";
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, words);
  state_->set_up(easy, request, call, target);
  State::set_method(easy, request);
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers.get());
  const std::optional<CURLcode> code = state_->perform(channel, request);
  state_->was_sent = call.requests > 0;
  long status = 0;
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
  // Nothing of this call may be pointed at once it is over.
  curl_easy_reset(easy);
  if (!code) return fail(Errc::network, "cancelled");
  if (*code != CURLE_OK) return error_of(*code, words, call, state_->options);
  // libcurl takes the end of the connection for the end of the headers.
  if (!call.headers_ended || status < 200) {
    return fail(Errc::network, "the connection ended within the headers of the answer");
  }
  call.response.status = static_cast<int>(status);
  return std::move(call.response);
}

bool HttpClient::was_sent() const {
  return state_->was_sent;
}

void HttpClient::cancel() {
  state_->cancelled = true;
  curl_multi_wakeup(state_->strict.multi.get());
  curl_multi_wakeup(state_->local.multi.get());
}

}  // namespace keyferry::http
