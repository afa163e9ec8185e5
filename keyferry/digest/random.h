// The system's random generator. A machine without randomness is a broken promise (require).
//
// Security notion: what is drawn cannot be told from uniform octets, whatever was drawn before.
#pragma once

#include <span>
#include <string>

#include "keyferry/base/bytes.h"
#include "keyferry/base/secret.h"
#include "keyferry/base/uuid.h"

namespace keyferry::digest {

// random_fill fills `out` from the system's generator; random_bytes and random_secret make new
// octets.
void random_fill(std::span<std::uint8_t> out);
Bytes random_bytes(std::size_t size);
SecretBytes random_secret(std::size_t size);

// random_uniform draws from 0 … bound - 1 without bias (rejection). `bound` > 0.
std::uint64_t random_uniform(std::uint64_t bound);

// random_digits draws `count` ASCII digits, uniform (a PIN: count = 6).
std::string random_digits(std::size_t count);

// random_uuid draws a version 4 UUID.
UuidOctets random_uuid();

// random_id is random_uuid as text: a claim, or the id of a request.
//
//= spec:tigress#IDM-02
std::string random_id();

}  // namespace keyferry::digest
