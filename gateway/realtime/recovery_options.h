// How long sessions survive their connections, and what follows from it.
#ifndef SAIL_GATEWAY_REALTIME_RECOVERY_OPTIONS_H_
#define SAIL_GATEWAY_REALTIME_RECOVERY_OPTIONS_H_

#include <algorithm>

#include "absl/time/time.h"

namespace sail::gateway {

struct RecoveryOptions {
  bool on = false;
  // How long after its end a session can be recovered.
  absl::Duration max_disconnection = absl::Minutes(2);
  // How long a dead connection may look alive.
  absl::Duration heartbeat = absl::Seconds(85);

  // How long the cluster must remember what it publishes, for all that to work.
  absl::Duration history() const { return max_disconnection + heartbeat + 3 * refresh() + absl::Seconds(10); }
  // How often the record of a quiet session is stored again.
  absl::Duration refresh() const {
    return std::clamp(max_disconnection / 4, absl::Seconds(1), absl::Seconds(20));
  }
};

}  // namespace sail::gateway

#endif  // SAIL_GATEWAY_REALTIME_RECOVERY_OPTIONS_H_
