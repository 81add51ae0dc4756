#include "metabase/metabase.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <utility>

#include "core/text.h"
#include "core/utf16.h"
#include "metabase/xml.h"

namespace requeue::metabase {
namespace {

constexpr std::size_t most_open = 256;

enum Property : std::size_t { queue, pickup, badmail, drop, hop_count, dot_stuff, comment, property_count };

struct Known {
  std::string_view name, id;
};
constexpr Known settings[property_count] = {{"QueueDirectory", "36875"},   {"PickupDirectory", "36880"},
                                            {"BadMailDirectory", "36909"}, {"DropDirectory", "36882"},
                                            {"HopCount", "36886"},         {"SmtpDotStuffPickupDirFiles", "37030"},
                                            {"ServerComment", "1015"}};

// What one element says; empty counts as not said, so that it is inherited.
struct Values {
  std::string text[property_count];
};

// "/LM/SmtpSvc" is "", "/LM/SmtpSvc/1" is "1"; nullopt for all else, what lies below a server too.
std::optional<std::string> server_of(std::string_view location) {
  constexpr std::string_view service = "/LM/SmtpSvc";
  while (location.ends_with('/')) location.remove_suffix(1);
  if (!ascii_iequals(location.substr(0, service.size()), service)) return std::nullopt;
  location.remove_prefix(service.size());
  if (location.empty()) return std::string();
  if (location.front() != '/') return std::nullopt;
  location.remove_prefix(1);
  const bool number = location.size() <= 9 && location.find_first_not_of("0123456789") == std::string_view::npos;
  return number && !location.empty() ? std::optional(std::string(location)) : std::nullopt;
}

std::optional<std::string> to_utf8(std::string_view bytes) {
  const auto units_of = [&](bool big) {
    std::u16string units;
    for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) {
      const auto first = static_cast<unsigned char>(bytes[i]);
      const auto second = static_cast<unsigned char>(bytes[i + 1]);
      units += static_cast<char16_t>(big ? first << 8U | second : second << 8U | first);
    }
    return units;
  };
  std::string text;
  if (bytes.starts_with("\xFF\xFE") || bytes.starts_with(std::string_view("<\0", 2))) {
    text = from_utf16(units_of(false));
  } else if (bytes.starts_with("\xFE\xFF") || bytes.starts_with(std::string_view("\0<", 2))) {
    text = from_utf16(units_of(true));
  } else {
    text = bytes;
  }
  return is_utf8(text) ? std::optional(std::move(text)) : std::nullopt;
}

void take_attributes(const Tag& tag, Values& values) {
  for (std::size_t i = 0; i < property_count; ++i) {
    if (const auto* const value = tag.find(settings[i].name)) values.text[i] = *value;
  }
}

void take_custom(const Tag& tag, Values& values) {
  const auto* const name = tag.find("Name");
  const auto* const id = tag.find("ID");
  const auto* const value = tag.find("Value");
  for (std::size_t i = 0; value != nullptr && i < property_count; ++i) {
    const bool meant = (name != nullptr && *name == settings[i].name) || (id != nullptr && *id == settings[i].id);
    if (meant && values.text[i].empty()) values.text[i] = *value;
  }
}

using All = std::map<std::string, Values>;  // by number; "" is the service

class Collecting {
 public:
  tl::expected<All, std::string> run(std::string_view text);

 private:
  using Wrong = tl::unexpected<std::string>;
  tl::expected<void, std::string> see(const Tag& tag);
  tl::expected<void, std::string> see_element(const Tag& tag);

  All all_;
  std::vector<std::string_view> open_;
  Values* current_ = nullptr;      // of the element whose settings are read
  std::size_t current_depth_ = 0;  // how many are open while it is
};

tl::expected<All, std::string> Collecting::run(std::string_view text) {
  XmlScanner scanner(text);
  for (bool any = false;; any = true) {
    const auto tag = scanner.next();
    if (!tag) return Wrong(tag.error());
    if (tag->kind == Tag::Kind::end && !any) return Wrong("it is no XML");
    if (tag->kind == Tag::Kind::end) break;
    if (auto seen = see(*tag); !seen) return Wrong(std::move(seen.error()));
  }
  if (!open_.empty()) return Wrong("it ends inside an element");
  return std::move(all_);
}

tl::expected<void, std::string> Collecting::see(const Tag& tag) {
  if (tag.kind == Tag::Kind::close) {
    if (open_.empty() || open_.back() != tag.name) return Wrong("an element ends that was not begun");
    open_.pop_back();
    if (open_.size() < current_depth_) current_ = nullptr;
    return {};
  }
  if (auto seen = see_element(tag); !seen) return seen;
  if (tag.kind == Tag::Kind::empty) {
    if (open_.size() < current_depth_) current_ = nullptr;
  } else if (open_.size() == most_open) {
    return Wrong("elements stand too deep in one another");
  } else {
    open_.push_back(tag.name);
  }
  return {};
}

tl::expected<void, std::string> Collecting::see_element(const Tag& tag) {
  if (tag.name == "Custom") {
    if (current_ != nullptr) take_custom(tag, *current_);
    return {};
  }
  const auto* const location = tag.find("Location");
  const auto number = location == nullptr ? std::nullopt : server_of(*location);
  if (!number || tag.name != (number->empty() ? "IIsSmtpService" : "IIsSmtpServer")) return {};
  const auto [place, is_new] = all_.try_emplace(*number);
  if (!is_new) return Wrong(*location + " stands twice in it");
  take_attributes(tag, place->second);
  current_ = &place->second;
  current_depth_ = open_.size() + 1;
  return {};
}

std::optional<std::uint32_t> number_of(const std::string& text) {
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

std::optional<bool> flag_of(const std::string& text) {
  if (ascii_iequals(text, "TRUE") || text == "1") return true;
  if (ascii_iequals(text, "FALSE") || text == "0") return false;
  return std::nullopt;
}

Server server_from(const std::string& number, const Values& own, const Values& service) {
  const auto of = [&](Property property) {
    return own.text[property].empty() ? service.text[property] : own.text[property];
  };
  return {number,
          own.text[comment],
          of(queue),
          of(pickup),
          of(badmail),
          of(drop),
          number_of(of(hop_count)),
          flag_of(of(dot_stuff))};
}

}  // namespace

tl::expected<std::vector<Server>, std::string> parse(std::string_view bytes) {
  const auto text = to_utf8(bytes);
  if (!text) return tl::unexpected<std::string>("it is neither UTF-8 nor UTF-16");
  auto all = Collecting().run(*text);
  if (!all) return tl::unexpected<std::string>(std::move(all.error()));
  const Values service = (*all)[""];
  std::vector<Server> servers;
  for (const auto& [number, own] : *all) {
    if (!number.empty()) servers.push_back(server_from(number, own, service));
  }
  std::ranges::sort(servers, [](const Server& a, const Server& b) {
    return std::pair(a.number.size(), a.number) < std::pair(b.number.size(), b.number);
  });
  return servers;
}

}  // namespace requeue::metabase
