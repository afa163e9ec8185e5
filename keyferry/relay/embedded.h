// Files that are part of the program; CMake makes embedded.cc from them (cmake/embed.cmake).
#pragma once

#include <string_view>

namespace keyferry::relay::embedded {

std::string_view access_png();
std::string_view home_png();
std::string_view car_png();
std::string_view icon_png();
std::string_view style_css();
std::string_view en_txt();
std::string_view de_txt();
std::string_view fr_txt();
std::string_view es_txt();
std::string_view ar_txt();
std::string_view zh_txt();
std::string_view openapi_yaml();  // docs/openapi/relay.yaml

}  // namespace keyferry::relay::embedded
