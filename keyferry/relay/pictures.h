// The relay's own pictures for previews, so that no previewer has to call a third host.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "keyferry/relay/page.h"
#include "keyferry/relay/settings.h"

namespace keyferry::relay {

// picture_url and icon_url are the addresses under public_url of the picture for what is shared and
// of the icon.
std::string picture_url(const Settings& settings, Vertical vertical);
std::string icon_url(const Settings& settings);

// find_picture returns the PNG served at /v1/pictures/NAME, if there is one.
std::optional<std::string_view> find_picture(std::string_view name);

}  // namespace keyferry::relay
