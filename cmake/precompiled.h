// What nearly every file of ours includes and is slow to read. Each file still includes what it uses.
#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "core/json.h"
