// All of the JSON class: what is not used of it, the linker leaves out.
#include "core/json.h"

template class nlohmann::basic_json<nlohmann::ordered_map>;
