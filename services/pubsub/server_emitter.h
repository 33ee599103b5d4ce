// Events from programs to the servers of the cluster, and programs' answers to such events.
#ifndef SAIL_PUBSUB_SERVER_EMITTER_H_
#define SAIL_PUBSUB_SERVER_EMITTER_H_

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "platform/redis/client.h"
#include "services/pubsub/channel_names.h"

namespace sail::pubsub {

// Thread-safe. done runs once, maybe before the call returns: OK, INVALID_ARGUMENT, or the client's errors.
class ServerEmitter {
 public:
  using Done = std::function<void(absl::Status)>;

  // The client outlives the emitter.
  ServerEmitter(platform::redis::Client& client, ChannelNames names, std::string uid)
      : client_(client), names_(std::move(names)), uid_(std::move(uid)) {}

  // data_json: an array, the event's name in front, which must not be one that Node's servers emit
  // themselves.
  void Emit(const std::string& ns, const std::string& data_json, absl::Duration timeout, Done done);

  // The first answer to an event counts: further ones are dropped, with OK.
  void Answer(const std::string& ack_id, const std::string& answer_json, absl::Duration timeout, Done done);

 private:
  platform::redis::Client& client_;
  const ChannelNames names_;
  const std::string uid_;
};

}  // namespace sail::pubsub

#endif  // SAIL_PUBSUB_SERVER_EMITTER_H_
