// Ownership of OpenSSL objects. Only the .cc files of digest/, crypto/ and net/tls.cc include this.
#pragma once

#include <memory>

#include <openssl/err.h>

namespace keyferry::digest {

// OpensslDeleter frees an OpenSSL object with the function `free` that belongs to its type.
template <auto free>
struct OpensslDeleter {
  template <class T>
  void operator()(T* object) const noexcept {
    free(object);
  }
};

// OpensslHandle owns one object: OpensslHandle<EVP_PKEY, EVP_PKEY_free>.
template <class T, auto free>
using OpensslHandle = std::unique_ptr<T, OpensslDeleter<free>>;

// ErrorQueueGuard empties this thread's OpenSSL error queue when it dies. An expected failure, such
// as a wrong signature, must not stay in the queue: TLS reads it later and believes it is its own.
class ErrorQueueGuard {
 public:
  ErrorQueueGuard() = default;
  ErrorQueueGuard(const ErrorQueueGuard&) = delete;
  ErrorQueueGuard& operator=(const ErrorQueueGuard&) = delete;
  ~ErrorQueueGuard() { ERR_clear_error(); }
};

}  // namespace keyferry::digest
