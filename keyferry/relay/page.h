// The page behind a share link: what a chat's preview and a person with a browser get to see.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "keyferry/base/clock.h"
#include "keyferry/mailbox/mailbox.h"
#include "keyferry/relay/page_words.h"

namespace keyferry::relay {

// Vertical is the link's ?v=: what kind of thing is shared (A-46: unknown is general).
enum class Vertical { general, home, car };
Vertical parse_vertical(std::string_view query);

// Code points of the sender's texts that are shown; what is longer ends with "…". Chats cut both
// earlier.
constexpr std::size_t kMostTitle = 120;
constexpr std::size_t kMostDescription = 300;

// Pixels of the relay's own pictures: what chats ask for a large card (1.91 to 1).
constexpr int kPictureWidth = 1200;
constexpr int kPictureHeight = 630;

struct PageInput {
  const mailbox::DisplayInformation& display;  // untrusted text of the sender
  std::optional<Time> deadline;                // nothing: not told
  Vertical vertical = Vertical::general;
  std::string_view link;         // share link without query and fragment
  std::string_view icon_url;     // what a browser shows beside the title
  std::string_view stock_url;    // the relay's own picture: what the page shows
  std::string_view preview_url;  // what chats are told to show: that one, or an allowed imageURL
  Language language = Language::en;
  std::string_view site{};  // address of the browser's site; empty: there is none
};

// render_page writes the HTML5 page with Open Graph tags. The sender's texts are shown as
// one line each, without invisible characters and those that turn the direction of writing, cut to
// the lengths above; everything that comes from outside is escaped; there is no script. The same
// page whether the mailbox is claimed or not.
std::string render_page(const PageInput& input);

// render_missing_page is shown to a browser when there is no such mailbox.
std::string render_missing_page(Language language, std::string_view icon_url);

// render_home_page says what this server is, to a browser that asks for its root.
std::string render_home_page(Language language, std::string_view icon_url);

// content_security_policy allows the page its own pictures and its one style sheet, by hash, and
// nothing else.
const std::string& content_security_policy();

// escape_html makes text harmless inside an element or a quoted attribute; control characters
// become U+FFFD.
std::string escape_html(std::string_view text);

}  // namespace keyferry::relay
