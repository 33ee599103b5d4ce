// The records that let clients' sessions survive their connections, in Redis.
#ifndef SAIL_PUBSUB_RECOVERY_SESSIONS_H_
#define SAIL_PUBSUB_RECOVERY_SESSIONS_H_

#include <functional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "platform/redis/client.h"
#include "platform/redis/script.h"
#include "protos/sail/pubsub/v1/pubsub.pb.h"
#include "services/pubsub/channel_names.h"

namespace sail::pubsub {

// Thread-safe. Callbacks run on the client's thread, or at once.
class RecoverySessions {
 public:
  static constexpr int kMaxChanges = 1024;
  static constexpr size_t kMaxRooms = 65536;
  static constexpr absl::Duration kMaxTtl = absl::Hours(24);

  // client outlives this; it has been made with Scripts.
  RecoverySessions(platform::redis::Client& client, ChannelNames names, absl::Duration timeout)
      : client_(client), names_(std::move(names)), timeout_(timeout) {}

  static std::vector<const platform::redis::Script*> Scripts();

  using OnSaved = std::function<void(absl::StatusOr<std::vector<uint32_t>>)>;
  using OnResumed = std::function<void(absl::StatusOr<v1::RecoverySession>)>;

  // Carries the changes out in order, those of calls that follow one another too. Gives the indexes of those
  // that were not done, since somebody else has taken the session over. INVALID_ARGUMENT: nothing was done.
  void Save(const v1::SaveSessions& changes, OnSaved done);

  // NOT_FOUND: no such session in that namespace, or none any more.
  void Resume(const std::string& pid, const std::string& ns, OnResumed done);

 private:
  platform::redis::Client& client_;
  const ChannelNames names_;
  const absl::Duration timeout_;
};

}  // namespace sail::pubsub

#endif  // SAIL_PUBSUB_RECOVERY_SESSIONS_H_
