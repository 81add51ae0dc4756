#include "mail/compose.h"
#include "mail/message.h"

namespace requeue::mail {

std::string_view to_string(EnvelopeSource source) {
  switch (source) {
    case EnvelopeSource::override_:
      return "override";
    case EnvelopeSource::x_headers:
      return "x-headers";
    case EnvelopeSource::log:
      return "log";
    case EnvelopeSource::headers:
      return "headers";
    case EnvelopeSource::none:
      break;
  }
  return "";
}

std::string_view to_string(Target target) {
  if (target == Target::exchange_replay) return "exchange-replay";
  if (target == Target::smtp) return "smtp";
  return target == Target::iis ? "iis" : "plain";
}

std::optional<Target> target_of(std::string_view name) {
  if (name == "iis") return Target::iis;
  if (name == "plain") return Target::plain;
  if (name == "exchange-replay") return Target::exchange_replay;
  if (name == "smtp") return Target::smtp;
  return std::nullopt;
}

Json to_json(const ComposeOptions& options) {
  Json json{{"target", std::string(to_string(options.target))},
            {"dot_stuff", options.dot_stuff},
            {"as_found", options.as_found},
            {"add_from", options.add_from}};
  if (options.target == Target::smtp) json["unstuff"] = options.unstuff;
  return json;
}

std::optional<ComposeOptions> compose_options_of(const Json& json) {
  // Damage must not be read as a default: the audit would then compare with bytes that nobody wrote.
  const auto is_flag = [&](const char* key) { return json.contains(key) && json[key].is_boolean(); };
  const auto target = target_of(text_of(json, "target"));
  if (!json.is_object() || !target || !is_flag("dot_stuff") || !is_flag("as_found")) return std::nullopt;
  ComposeOptions options{*target, flag_of(json, "dot_stuff"), flag_of(json, "as_found")};
  options.add_from = flag_of(json, "add_from");
  options.unstuff = flag_of(json, "unstuff");
  return options;
}

}  // namespace requeue::mail
