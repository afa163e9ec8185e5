#include "keyferry/relay/pictures.h"

#include "keyferry/relay/embedded.h"

namespace keyferry::relay {

std::string picture_url(const Settings& settings, Vertical vertical) {
  const std::string_view name = vertical == Vertical::home  ? "home.png"
                                : vertical == Vertical::car ? "car.png"
                                                            : "access.png";
  return settings.public_url + "/v1/pictures/" + std::string(name);
}

std::string icon_url(const Settings& settings) {
  return settings.public_url + "/v1/pictures/icon.png";
}

std::optional<std::string_view> find_picture(std::string_view name) {
  if (name == "access.png") return embedded::access_png();
  if (name == "home.png") return embedded::home_png();
  if (name == "car.png") return embedded::car_png();
  if (name == "icon.png") return embedded::icon_png();
  return std::nullopt;
}

}  // namespace keyferry::relay
