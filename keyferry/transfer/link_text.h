// Cleaning of pasted link text: what can be taken away with certainty.
#pragma once

#include <string>
#include <string_view>

namespace keyferry::transfer {

// tidy_link_text removes line breaks with the blanks around them, invisible characters (zero-width,
// byte-order mark, soft hyphen), outer white space, brackets and quotes (typographic ones too)
// and the sentence marks behind it. What is left may still hold single spaces.
std::string tidy_link_text(std::string_view text);

}  // namespace keyferry::transfer
