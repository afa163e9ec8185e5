// The words that two people compare (transfer.md section 4): 24 bits as three words of the PGP word
// list, and as eight digits.
#pragma once

#include <optional>
#include <string>

#include "keyferry/base/bytes.h"

namespace keyferry::transfer {

using WordOctets = ByteArray<3>;

// words_of writes lower case: "clockwork pyramid slowdown" for 3b bc c0. Word 0 and 2 have two
// syllables, word 1 three. digits_of_words writes "0391 4944" for the same octets.
std::string words_of(const WordOctets& octets);
std::string digits_of_words(const WordOctets& octets);

// same_words compares what a person typed, words or digits, without regard to case, spaces,
// hyphens, commas, semicolons and full stops.
bool same_words(std::string_view typed, const WordOctets& octets);

// odd_one_out returns a typed word that is in neither column of the list (a typo to point at), or
// nothing.
std::optional<std::string> odd_one_out(std::string_view typed);

}  // namespace keyferry::transfer
