// The parts of the report's page that are the same for every recovery: style and script, each allowed by its digest.
#pragma once

#include <string>
#include <string_view>

namespace requeue::report {

extern const std::string_view page_style;
extern const std::string_view page_script;

// The page's Content-Security-Policy: this style and this script, and nothing else from anywhere.
std::string content_security_policy();

}  // namespace requeue::report
