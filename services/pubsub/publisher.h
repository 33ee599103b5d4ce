// Operations onto the cluster bus.
#ifndef SAIL_PUBSUB_PUBLISHER_H_
#define SAIL_PUBSUB_PUBLISHER_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "platform/metrics/metrics.h"
#include "platform/redis/client.h"
#include "platform/redis/script.h"
#include "protos/sail/pubsub/v1/pubsub.pb.h"
#include "services/pubsub/channel_names.h"
#include "services/pubsub/fresh_rooms.h"
#include "services/pubsub/redis_history.h"

namespace sail::pubsub {

// Six random characters: the name of this process on the bus.
std::string NewBusUid();

// Thread-safe. Publish calls are pipelined; those that follow one another arrive in order. The operations of
// one call (in pieces of kPiece) are one script's run in Redis: all of them are done, or none, and nobody
// else's come in between.
//
// Where there is history, broadcasts that are not volatile are recorded in the same run (see publish.lua).
class Publisher {
 public:
  static constexpr int kPiece = 128;
  using Operations = google::protobuf::RepeatedPtrField<v1::Operation>;

  Publisher(platform::redis::Client& client, ChannelNames names, std::string uid, FreshRooms& fresh,
            HistoryOptions history, platform::metrics::Registry& registry);

  // For the client to load when it connects.
  static const platform::redis::Script& PublishScript();

  // done runs once, maybe before this returns: OK, INVALID_ARGUMENT (nothing was done), or the client's
  // errors (a prefix was done, its length unknown; with dedup ids the call may be repeated).
  void Publish(const Operations& operations, absl::Duration timeout, std::function<void(absl::Status)> done);

 private:
  struct Message {
    std::string dedup_id;
    std::string channel;
    std::string payload;
    // Where it is recorded.
    std::vector<std::string> streams;
  };
  absl::StatusOr<Message> Encode(const v1::Operation& operation) const;
  void Send(std::vector<Message> piece, absl::Duration timeout, platform::redis::Client::Callback done);

  platform::redis::Client& client_;
  const ChannelNames names_;
  const std::string uid_;
  FreshRooms& fresh_;
  const HistoryOptions history_;
  platform::metrics::Counter* const published_;
  platform::metrics::Counter* const failed_;
  platform::metrics::Counter* const repeated_;
};

}  // namespace sail::pubsub

#endif  // SAIL_PUBSUB_PUBLISHER_H_
