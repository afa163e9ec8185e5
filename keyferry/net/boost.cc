// The one unit that compiles Asio and Beast (BOOST_ASIO_SEPARATE_COMPILATION and its sister are set
// for the whole build).
#include <boost/asio/impl/src.hpp>
#include <boost/beast/src.hpp>
