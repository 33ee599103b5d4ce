// Events that servers emit to each other (serverSideEmit), to the programs that watch them here.
#ifndef SAIL_PUBSUB_SERVER_EVENTS_H_
#define SAIL_PUBSUB_SERVER_EVENTS_H_

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "protos/sail/pubsub/v1/pubsub.pb.h"
#include "services/pubsub/interest.h"

namespace sail::pubsub {

// A program's end. Must not block.
class ServerEventSink {
 public:
  virtual ~ServerEventSink() = default;
  virtual void OnServerEvent(const v1::ServerEvent& event) = 0;
};

// Used on one thread alone.
class ServerEvents {
 public:
  // uid: this process's name on the bus.
  explicit ServerEvents(std::string uid) : uid_(std::move(uid)) {}

  void Watch(LinkId link, const std::string& ns, std::shared_ptr<ServerEventSink> sink);
  void Unwatch(LinkId link);

  // False if nobody watches the namespace. request_id: empty where no answer is wanted.
  bool Emit(const std::string& ns, const std::string& data_json, const std::string& request_id);

 private:
  struct Watcher {
    std::string ns;
    std::shared_ptr<ServerEventSink> sink;
  };

  const std::string uid_;
  absl::flat_hash_map<LinkId, Watcher> watchers_;
};

// Names an event that an answer is waited for: the replica that passed it on (each of them answers once), the
// namespace, and the emitter's request.
struct ServerEventId {
  std::string uid;
  std::string ns;
  std::string request_id;

  std::string Text() const;
  // INVALID_ARGUMENT: not from Text.
  static absl::StatusOr<ServerEventId> Parse(std::string_view text);
};

}  // namespace sail::pubsub

#endif  // SAIL_PUBSUB_SERVER_EVENTS_H_
