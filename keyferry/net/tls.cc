// OpenSSL keeps errors in one queue for each thread: it is emptied before each call, or what
// another connection left there would be taken for this one's.
#include "keyferry/net/tls.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509err.h>

namespace keyferry::net {
namespace {

constexpr char kCiphers12[] =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-CHACHA20-POLY1305:"
    "ECDHE-RSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384";
constexpr char kGroups[] = "X25519:P-256:P-384";
constexpr unsigned char kSessionContext[] = "keyferry";
constexpr unsigned char kAlpn[] = "\x08http/1.1";

int select_alpn(SSL*, const unsigned char** out, unsigned char* out_size, const unsigned char* in,
                unsigned int in_size, void*) {
  unsigned char* chosen = nullptr;
  const int outcome =
      SSL_select_next_proto(&chosen, out_size, kAlpn, sizeof kAlpn - 1, in, in_size);
  *out = chosen;
  // RFC 7301 section 3.2: nothing in common is a fatal no_application_protocol.
  return outcome == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

// Without this OpenSSL would ask for the password on the terminal.
int no_password(char*, int, int, void*) {
  return -1;
}

std::string last_reason() {
  const char* reason = ERR_reason_error_string(ERR_peek_last_error());
  return reason == nullptr ? "unreadable" : reason;
}

Result<Done> check_readable(std::string_view what, const std::filesystem::path& path) {
  errno = 0;
  std::ifstream file(path);
  std::array<char, 3> head{};
  file.read(head.data(), head.size());
  const std::string_view begin(head.data(), static_cast<std::size_t>(file.gcount()));
  // OpenSSL would say "no start line" to both.
  if (begin.starts_with("\xFF\xFE") || begin.starts_with("\xFE\xFF") || begin == "\xEF\xBB\xBF") {
    return fail(Errc::invalid, std::string(what) + " " + path.string() +
                                   " begins with a byte-order mark: save it as ASCII");
  }
  if (!begin.empty()) return Done{};
  const std::string why = errno == 0 ? "it is empty" : std::strerror(errno);
  return fail(Errc::invalid, "cannot read " + std::string(what) + " " + path.string() + ": " + why);
}

Result<Done> load_files(SSL_CTX* context, const std::filesystem::path& certificate,
                        const std::filesystem::path& key) {
  KF_TRY([[maybe_unused]] const Done one, check_readable("certificate", certificate));
  KF_TRY([[maybe_unused]] const Done two, check_readable("key", key));
  ERR_clear_error();
  if (SSL_CTX_use_certificate_chain_file(context, certificate.c_str()) != 1) {
    return fail(Errc::invalid, "certificate " + certificate.string() +
                                   " is not a usable PEM chain (" + last_reason() + ")");
  }
  ERR_clear_error();
  if (SSL_CTX_use_PrivateKey_file(context, key.c_str(), SSL_FILETYPE_PEM) == 1 &&
      SSL_CTX_check_private_key(context) == 1) {
    return Done{};
  }
  const unsigned long error = ERR_peek_last_error();
  const int reason = ERR_GET_REASON(error);
  if (ERR_GET_LIB(error) == ERR_LIB_X509 &&
      (reason == X509_R_KEY_VALUES_MISMATCH || reason == X509_R_KEY_TYPE_MISMATCH)) {
    return fail(Errc::invalid,
                "key " + key.string() + " does not belong to certificate " + certificate.string());
  }
  return fail(Errc::invalid, "key " + key.string() + " is not an unencrypted PEM private key (" +
                                 last_reason() + ")");
}

void configure(SSL_CTX* context) {
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                   SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA |
                                   SSL_OP_IGNORE_UNEXPECTED_EOF);
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_cipher_list(context, kCiphers12);
  SSL_CTX_set1_groups_list(context, kGroups);
  // Tickets resume sessions without state here; one is enough for a client that keeps connections.
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(context, 1);
  SSL_CTX_set_session_id_context(context, kSessionContext, sizeof kSessionContext - 1);
  // One read(2) for the header and the body of a record.
  SSL_CTX_set_read_ahead(context, 1);
  SSL_CTX_set_alpn_select_cb(context, select_alpn, nullptr);
  SSL_CTX_set_default_passwd_cb(context, no_password);
}

std::shared_ptr<const TlsContext> make_context() {
  SSL_CTX* context = SSL_CTX_new(TLS_server_method());
  require(context != nullptr, "OpenSSL makes a server context");
  auto made = std::make_shared<const TlsContext>(context);
  configure(context);
  return made;
}

}  // namespace

Result<std::shared_ptr<const TlsContext>> TlsContext::load(const std::filesystem::path& certificate,
                                                           const std::filesystem::path& key) {
  auto loaded = make_context();
  KF_TRY(load_files(loaded->context(), certificate, key));
  return loaded;
}

std::shared_ptr<const TlsContext> TlsContext::with_fresh_tickets() const {
  auto fresh = make_context();
  SSL_CTX* context = fresh->context();
  STACK_OF(X509)* chain = nullptr;
  SSL_CTX_get0_chain_certs(context_, &chain);
  require(SSL_CTX_use_certificate(context, SSL_CTX_get0_certificate(context_)) == 1 &&
              SSL_CTX_set1_chain(context, chain) == 1 &&
              SSL_CTX_use_PrivateKey(context, SSL_CTX_get0_privatekey(context_)) == 1,
          "what one context took another takes");
  return fresh;
}

TlsContext::~TlsContext() {
  SSL_CTX_free(context_);
}

TlsSession::TlsSession(const TlsContext& context, int fd) : session_(SSL_new(context.context())) {
  if (session_ == nullptr || SSL_set_fd(session_, fd) != 1) throw std::bad_alloc();
  SSL_set_accept_state(session_);
}

TlsSession::~TlsSession() {
  SSL_free(session_);
}

IoState TlsSession::state_of(int outcome) {
  switch (SSL_get_error(session_, outcome)) {
    case SSL_ERROR_NONE:
      return IoState::done;
    case SSL_ERROR_WANT_READ:
      return IoState::want_read;
    case SSL_ERROR_WANT_WRITE:
      return IoState::want_write;
    case SSL_ERROR_ZERO_RETURN:
      return IoState::closed;
    default:
      break;
  }
  const int reason = ERR_GET_REASON(ERR_peek_error());
  spoke_plain_http_ = reason == SSL_R_HTTP_REQUEST;
  broken_ = true;
  ERR_clear_error();
  return IoState::closed;
}

IoState TlsSession::handshake() {
  ERR_clear_error();
  return state_of(SSL_do_handshake(session_));
}

IoResult TlsSession::read(char* data, std::size_t size) {
  ERR_clear_error();
  std::size_t octets = 0;
  const int outcome = SSL_read_ex(session_, data, size, &octets);
  if (outcome == 1) return {IoState::done, octets};
  return {state_of(outcome), 0};
}

IoResult TlsSession::write(std::string_view data) {
  ERR_clear_error();
  std::size_t octets = 0;
  const int outcome = SSL_write_ex(session_, data.data(), data.size(), &octets);
  if (outcome == 1) return {IoState::done, octets};
  return {state_of(outcome), 0};
}

bool TlsSession::has_unread() const {
  return SSL_has_pending(session_) == 1;
}

void TlsSession::send_close() {
  if (broken_) return;
  ERR_clear_error();
  SSL_shutdown(session_);
  ERR_clear_error();
}

}  // namespace keyferry::net
