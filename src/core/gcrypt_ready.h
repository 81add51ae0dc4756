// libgcrypt asks to be initialised once before use. Internal to this room.
#pragma once

namespace requeue {

void make_gcrypt_ready();

}  // namespace requeue
