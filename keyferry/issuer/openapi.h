// docs/openapi/authority.yaml, compiled in, so that a running server says what it speaks.
#pragma once

#include <string_view>

namespace keyferry::issuer {

extern const std::string_view kOpenApi;

}  // namespace keyferry::issuer
