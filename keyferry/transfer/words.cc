// What was typed is brought to lower-case letters and digits and compared in constant time, always
// with both spellings.
#include "keyferry/transfer/words.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "keyferry/base/secret.h"

namespace keyferry::transfer {
namespace {

struct WordPair {
  std::string_view even;  // two syllables: word 0 and 2
  std::string_view odd;   // three syllables: word 1
};

// Made from docs/words.txt by the build.
constexpr std::array<WordPair, 256> kWords{{
#include "keyferry/transfer/words_table.inc"
}};

// People put commas between words, and say three words as a sentence.
constexpr std::string_view kBetween = " -,.;\t\n\r";

std::string letters_and_digits(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (kBetween.find(c) != std::string_view::npos) continue;
    out += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return out;
}

}  // namespace

std::string words_of(const WordOctets& octets) {
  std::string text(kWords[octets[0]].even);
  text += ' ';
  text += kWords[octets[1]].odd;
  text += ' ';
  text += kWords[octets[2]].even;
  return text;
}

std::string digits_of_words(const WordOctets& octets) {
  std::string digits = std::to_string(octets[0] << 16 | octets[1] << 8 | octets[2]);
  digits.insert(0, 8 - digits.size(), '0');
  return digits.insert(4, " ");
}

bool same_words(std::string_view typed, const WordOctets& octets) {
  const std::string entry = letters_and_digits(typed);
  const bool words = equal_constant_time(entry, letters_and_digits(words_of(octets)));
  const bool digits = equal_constant_time(entry, letters_and_digits(digits_of_words(octets)));
  return words || digits;
}

std::optional<std::string> odd_one_out(std::string_view typed) {
  std::size_t at = 0;
  while (at < typed.size()) {
    const std::size_t end = std::min(typed.find_first_of(kBetween, at), typed.size());
    const std::string word = letters_and_digits(typed.substr(at, end - at));
    at = end + 1;
    if (word.empty()) continue;
    const bool digits =
        std::all_of(word.begin(), word.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
    const bool known = std::any_of(kWords.begin(), kWords.end(), [&](const WordPair& pair) {
      return word == pair.even || word == pair.odd;
    });
    if (!digits && !known) return word;
  }
  return std::nullopt;
}

}  // namespace keyferry::transfer
