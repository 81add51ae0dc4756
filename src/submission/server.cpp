#include <charconv>

#include "core/text.h"
#include "submission/submission.h"

namespace requeue::submission {

std::optional<Tls> tls_of(std::string_view word) {
  if (word == "required") return Tls::required;
  if (word == "if-offered") return Tls::if_offered;
  if (word == "off") return Tls::off;
  return std::nullopt;
}

std::string_view to_string(Tls tls) {
  if (tls == Tls::required) return "required";
  return tls == Tls::off ? "off" : "if-offered";
}

Tls usual_tls(std::string_view host) {
  return is_loopback(host) ? Tls::off : Tls::required;
}

// The host goes into a URL: only what a name or an address is made of.
std::optional<Server> server_of(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return std::nullopt;
  auto host = text.substr(0, colon);
  const auto digits = text.substr(colon + 1);
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  const auto allowed =
      bracketed ? "0123456789abcdefABCDEF:." : "-._0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  if (host.empty() || host.front() == '-' || host.find_first_not_of(allowed) != std::string_view::npos) {
    return std::nullopt;
  }
  Server server;
  server.host = host;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), server.port);
  if (error != std::errc{} || end != digits.data() + digits.size() || server.port == 0) return std::nullopt;
  return server;
}

std::string to_string(const Server& server) {
  const bool bracketed = server.host.find(':') != std::string::npos;
  return (bracketed ? "[" + server.host + "]" : server.host) + ":" + std::to_string(server.port);
}

bool is_loopback(std::string_view host) {
  if (host == "::1" || ascii_iequals(host, "localhost")) return true;
  return host.starts_with("127.") && host.find_first_not_of("0123456789.") == std::string_view::npos;
}

}  // namespace requeue::submission
